//! `/me`: the account page. It shows and changes the account of whoever logs in there.
//!
//! Its session is an ordinary one. Every change needs the current password, whatever `passwords.require_current` says, because a
//! browser may be left open. Links and actions are absolute paths, because these pages have several levels.

mod ago;
mod caller;
mod change;
mod cookie;
mod delete;
mod device;
mod event_words;
mod events;
mod export;
mod factor;
mod form;
#[cfg(test)]
mod fuzz;
mod login;
mod overview;
mod qr;
mod sessions;
mod texts;

use std::sync::Arc;

use actix_web::HttpResponse;
use actix_web::http::header::LOCATION;
use actix_web::middleware::from_fn;
use actix_web::web::{self, ServiceConfig};
use azuma_domain::services::{Accounts, CurrentPasswordError};
use azuma_domain::session::SessionTerms;
use azuma_domain::user::CurrentPasswordRule;
use serde::Deserialize;

use super::stylesheet;
use crate::dialects::azuma::Azuma;
use crate::http::cookie::CookieTransport;
use crate::http::endpoint::{Endpoint, unknown_route};
use texts::MeTexts;

/// The path of the page.
const HOME: &str = "/me";

/// What the account page needs to know.
#[derive(Clone)]
pub struct MeSettings {
    /// The terms of its sessions.
    pub terms: SessionTerms,
    /// The transports that its cookie may use.
    pub cookie_transport: CookieTransport,
    /// The name of the instance (`instance.name`), by which an authenticator app lists the account.
    pub instance_name: String,
    /// The use cases of accounts, with the rule that every change needs the current password.
    accounts: Arc<Accounts>,
}

impl MeSettings {
    pub fn new(
        accounts: &Accounts,
        terms: SessionTerms,
        cookie_transport: CookieTransport,
        instance_name: String,
    ) -> Self {
        let accounts = Accounts {
            current_password: CurrentPasswordRule::Required,
            ..accounts.clone()
        };
        Self {
            terms,
            cookie_transport,
            instance_name,
            accounts: Arc::new(accounts),
        }
    }
}

/// The routes of the page.
pub fn routes(config: &mut ServiceConfig) {
    config.service(
        web::scope(HOME)
            .wrap(from_fn(caller::keep_next_token))
            .service(at("").get(overview::show))
            .service(at("/login").get(login::ask).post(login::log_in))
            .service(at("/logout").post(sessions::log_out))
            .service(at("/sessions/end").post(sessions::end))
            .service(at("/sessions/end-others").post(sessions::end_others))
            .service(
                at("/name")
                    .get(change::ask_for_name)
                    .post(change::change_name),
            )
            .service(
                at("/email")
                    .get(change::ask_for_email)
                    .post(change::change_email),
            )
            .service(
                at("/password")
                    .get(change::ask_for_password)
                    .post(change::change_password),
            )
            .service(at("/factor").get(factor::ask).post(factor::begin))
            .service(at("/factor/confirm").post(factor::confirm))
            .service(at("/factor/remove").post(factor::remove))
            .service(at("/events").get(events::show))
            .service(at("/export").get(export::download))
            .service(at("/delete").get(delete::ask).post(delete::delete))
            // The pages name their stylesheet relative to themselves.
            .service(at("/page.css").get(stylesheet))
            .service(at("/factor/page.css").get(stylesheet))
            .service(at("/sessions/page.css").get(stylesheet))
            .default_service(web::to(unknown_route::<Azuma>)),
    );
}

fn at(path: &str) -> Endpoint<Azuma> {
    Endpoint::under(HOME, path)
}

/// What was done, which the page says once after the redirect.
#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Done {
    NameChanged,
    EmailRequested,
    PasswordChanged,
    SessionEnded,
    OthersEnded,
    FactorRemoved,
    LoggedOut,
    Deleted,
}

/// The query of the page.
#[derive(Deserialize)]
struct HomeQuery {
    done: Done,
}

impl Done {
    fn in_query(query: &str) -> Option<Self> {
        let query = web::Query::<HomeQuery>::from_query(query).ok()?;
        Some(query.into_inner().done)
    }

    fn name(self) -> &'static str {
        match self {
            Self::NameChanged => "name-changed",
            Self::EmailRequested => "email-requested",
            Self::PasswordChanged => "password-changed",
            Self::SessionEnded => "session-ended",
            Self::OthersEnded => "others-ended",
            Self::FactorRemoved => "factor-removed",
            Self::LoggedOut => "logged-out",
            Self::Deleted => "deleted",
        }
    }
}

/// Leads to the page, by `GET`: sending the form again by reloading is not possible then.
fn home() -> HttpResponse {
    see_other(HOME.to_owned())
}

/// The same, and the page says what was done.
fn home_after(done: Done) -> HttpResponse {
    see_other(format!("{HOME}?done={}", done.name()))
}

fn see_other(location: String) -> HttpResponse {
    HttpResponse::SeeOther()
        .insert_header((LOCATION, location))
        .finish()
}

/// What to say of the field for the current password; `None` if waiting may help, or the account is gone.
fn refused_password(me: &MeTexts, error: &CurrentPasswordError) -> Option<&'static str> {
    match error {
        CurrentPasswordError::Missing(_)
        | CurrentPasswordError::Wrong
        | CurrentPasswordError::Unreadable(_) => Some(me.wrong_password),
        CurrentPasswordError::RateLimited(_) => Some(me.too_many_attempts),
        CurrentPasswordError::AccountGone
        | CurrentPasswordError::Hash(_)
        | CurrentPasswordError::Store(_) => None,
    }
}

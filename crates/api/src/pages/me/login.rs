//! `/me/login`: logging in on the page. The field for a code of a second factor is shown to users who have one.

use actix_web::{HttpResponse, web};
use azuma_domain::mail::Language;
use azuma_domain::services::{Login, LoginError, SecondFactorError, Sessions};
use azuma_domain::user::{GivenPassword, LoginName};
use serde::Deserialize;

use super::form::{Field, FieldKind, FormPage, code_in};
use super::texts::MeTexts;
use super::{Done, MeSettings, cookie, home};
use crate::http::body::Body;
use crate::http::origin::Origin;
use crate::metrics::{Entrance, Logins};
use crate::pages::notice::{form_unreadable, try_later};
use crate::pages::texts::Texts;

/// The body of the form.
#[derive(Deserialize)]
pub struct LoginForm {
    #[serde(default)]
    name: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    otp: String,
}

/// `GET /me/login`: the form is at `/me`.
pub async fn ask() -> HttpResponse {
    home()
}

/// `POST /me/login`. A refused login shows the form again, and does not say whether the name or the password is wrong.
pub async fn log_in(
    sessions: web::Data<Sessions>,
    settings: web::Data<MeSettings>,
    logins: web::Data<Logins>,
    origin: Origin,
    body: Body,
) -> HttpResponse {
    let Origin {
        source, language, ..
    } = origin;
    let (texts, me) = (Texts::of(language), MeTexts::of(language));
    let form: LoginForm = match body.form().await {
        Ok(form) => form,
        Err(error) => return form_unreadable(texts, error),
    };
    let again = |problem| login_page(language, None, &form.name, Some(problem));
    let parsed = (
        LoginName::parse(&form.name),
        GivenPassword::parse(&form.password),
    );
    let (Ok(name), Ok(password)) = parsed else {
        return again(me.login_refused).refused(LoginError::WrongPassword);
    };
    let login = Login {
        name,
        password,
        code: code_in(&form.otp),
        source,
        language,
    };
    let issued = sessions.login(login, settings.terms).await;
    match logins.count(Entrance::Page, issued) {
        Ok(issued) => {
            let mut response = home();
            cookie::keep(
                &issued.token,
                settings.cookie_transport,
                response.headers_mut(),
            );
            response
        }
        Err(LoginError::UserUnknown) => again(me.login_refused).refused(LoginError::WrongPassword),
        Err(error @ (LoginError::WrongPassword | LoginError::PasswordUnreadable(_))) => {
            again(me.login_refused).refused(error)
        }
        Err(LoginError::SecondFactor(SecondFactorError::Store(error))) => try_later(texts, error),
        Err(LoginError::SecondFactor(SecondFactorError::RateLimited(error))) => {
            again(me.too_many_attempts).refused(error)
        }
        Err(
            error @ LoginError::SecondFactor(SecondFactorError::Missing | SecondFactorError::Wrong),
        ) => {
            let mut page = login_page(language, None, &form.name, None);
            page.fields.push(Field {
                problem: Some(me.code_needed.to_owned()),
                ..Field::new("otp", me.code_label, FieldKind::Code)
            });
            page.refused(error)
        }
        Err(error @ LoginError::NotVerified) => again(me.not_verified).refused(error),
        Err(error @ LoginError::Disabled) => again(me.disabled).refused(error),
        Err(error @ LoginError::RateLimited(_)) => again(me.too_many_attempts).refused(error),
        Err(error @ (LoginError::Hash(_) | LoginError::Store(_))) => try_later(texts, error),
    }
}

/// The form.
pub fn login_page<'a>(
    language: Language,
    done: Option<Done>,
    name: &'a str,
    problem: Option<&str>,
) -> FormPage<'a> {
    let me = MeTexts::of(language);
    FormPage {
        texts: Texts::of(language),
        title: me.login_title,
        text: "",
        done: done.and_then(|done| me.done_logged_out(done)),
        action: "/me/login",
        fields: vec![
            Field {
                value: name,
                problem: problem.map(str::to_owned),
                ..Field::new("name", me.login_name_label, FieldKind::LoginName)
            },
            Field::new("password", me.password_label, FieldKind::Password),
        ],
        button: me.login_button,
        links: &me.login_links,
    }
}

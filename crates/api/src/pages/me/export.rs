//! `GET /me/export`: everything that is stored about the user, as a file.

use actix_web::http::header::{CONTENT_DISPOSITION, X_CONTENT_TYPE_OPTIONS};
use actix_web::{HttpRequest, HttpResponse, web};
use azuma_domain::Timestamp;
use azuma_domain::link::{Link, LinkPurpose};
use azuma_domain::mail::{MailState, QueuedMail};
use azuma_domain::services::{Accounts, FactorStatus, Sessions, StoredBesides};
use azuma_domain::session::{ClientNetwork, ListedSession, SessionPolicy};
use azuma_domain::user::{Icon, Status, User};
use serde::Serialize;
use uuid::Uuid;

use super::caller::Caller;
use crate::events::Event;
use crate::http::origin::language;
use crate::pages::notice::try_later;
use crate::pages::texts::Texts;

/// The file. It has no credential: neither a token nor a hash.
#[derive(Serialize)]
struct Export<'a> {
    exported_at: String,
    account: Account<'a>,
    sessions: Vec<Session>,
    links: Vec<PendingLink>,
    mails: Vec<UnsentMail>,
    networks: Vec<Network>,
    events: Vec<Event<'a>>,
    second_factor: SecondFactor,
}

#[derive(Serialize)]
struct SecondFactor {
    enabled: bool,
    recovery_codes_left: usize,
}

#[derive(Serialize)]
struct Account<'a> {
    id: Uuid,
    name: &'a str,
    email: Option<&'a str>,
    email_verified_at: Option<String>,
    icon: Option<&'a str>,
    status: Option<&'a str>,
    created_at: String,
}

#[derive(Serialize)]
struct Session {
    id: Uuid,
    kind: &'static str,
    created_at: String,
    last_used_at: Option<String>,
    expires_at: String,
    user_agent: Option<String>,
    ip: Option<String>,
}

#[derive(Serialize)]
struct PendingLink {
    purpose: &'static str,
    email: Option<String>,
    expires_at: String,
}

#[derive(Serialize)]
struct UnsentMail {
    kind: &'static str,
    to: String,
    language: &'static str,
    created_at: String,
    due_at: Option<String>,
    given_up_at: Option<String>,
}

#[derive(Serialize)]
struct Network {
    network: String,
    last_seen_at: String,
}

/// `GET /me/export`
pub async fn download(
    accounts: web::Data<Accounts>,
    sessions: web::Data<Sessions>,
    caller: Caller,
    request: HttpRequest,
) -> HttpResponse {
    let texts = Texts::of(language(&request));
    let user = match accounts.find_user(caller.user.id).await {
        Ok(user) => user,
        Err(error) => return try_later(texts, error),
    };
    let listed = match sessions.list_sessions(&caller).await {
        Ok(listed) => listed,
        Err(error) => return try_later(texts, error),
    };
    let besides = match accounts.stored_besides(&caller).await {
        Ok(besides) => besides,
        Err(error) => return try_later(texts, error),
    };
    let StoredBesides {
        factor,
        links,
        mails,
        events,
        networks,
    } = besides;
    let network = |(network, seen): (ClientNetwork, Timestamp)| Network {
        network: network.to_string(),
        last_seen_at: seen.to_string(),
    };
    let export = Export {
        exported_at: accounts.clock.now().to_string(),
        account: Account::from(&user),
        sessions: listed.into_iter().map(Session::from).collect(),
        links: links.into_iter().map(PendingLink::from).collect(),
        mails: mails.into_iter().map(UnsentMail::from).collect(),
        networks: networks.into_iter().map(network).collect(),
        events: events.iter().map(Event::from).collect(),
        second_factor: SecondFactor::from(factor),
    };
    HttpResponse::Ok()
        .insert_header((
            CONTENT_DISPOSITION,
            "attachment; filename=\"azuma-account.json\"",
        ))
        .insert_header((X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .json(export)
}

impl<'a> From<&'a User> for Account<'a> {
    fn from(user: &'a User) -> Self {
        let email = user.email.as_ref();
        Self {
            id: user.id.uuid(),
            name: user.name.as_str(),
            email: email.map(|email| email.address().as_str()),
            email_verified_at: email
                .and_then(|email| email.proved_at())
                .map(|at| at.to_string()),
            icon: user.icon.as_ref().map(Icon::as_str),
            status: user.status.as_ref().map(Status::as_str),
            created_at: user.created_at.to_string(),
        }
    }
}

impl From<ListedSession> for Session {
    fn from(listed: ListedSession) -> Self {
        let client = listed.session.client;
        Self {
            id: listed.session.id.uuid(),
            kind: match listed.session.policy {
                SessionPolicy::Sliding => "sliding",
                SessionPolicy::Rotating => "rotating",
            },
            created_at: listed.session.created_at.to_string(),
            last_used_at: listed.last_used_at.map(|at| at.to_string()),
            expires_at: listed.token.expires_at.to_string(),
            user_agent: client.user_agent.map(|agent| agent.as_str().to_owned()),
            ip: client.ip.map(|ip| ip.to_string()),
        }
    }
}

impl From<FactorStatus> for SecondFactor {
    fn from(status: FactorStatus) -> Self {
        let (enabled, recovery_codes_left) = match status {
            FactorStatus::Off => (false, 0),
            FactorStatus::On { recovery_codes } => (true, recovery_codes),
        };
        Self {
            enabled,
            recovery_codes_left,
        }
    }
}

impl From<Link> for PendingLink {
    fn from(link: Link) -> Self {
        let (purpose, email) = match link.purpose {
            LinkPurpose::VerifyAccount => ("verify_account", None),
            LinkPurpose::ChangeEmail(email) => ("change_email", Some(email.as_str().to_owned())),
            LinkPurpose::ResetPassword => ("reset_password", None),
        };
        Self {
            purpose,
            email,
            expires_at: link.expires_at.to_string(),
        }
    }
}

impl From<QueuedMail> for UnsentMail {
    fn from(queued: QueuedMail) -> Self {
        let QueuedMail { mail, state, .. } = queued;
        let (due_at, given_up_at) = match state {
            MailState::Due(at) => (Some(at.to_string()), None),
            MailState::Dead(at) => (None, Some(at.to_string())),
        };
        Self {
            kind: mail.kind.name(),
            to: mail.to.as_str().to_owned(),
            language: mail.language.tag(),
            created_at: mail.created_at.to_string(),
            due_at,
            given_up_at,
        }
    }
}

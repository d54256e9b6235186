//! `GET /me`: the account and its sessions, or the login.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use azuma_domain::Timestamp;
use azuma_domain::mail::Language;
use azuma_domain::services::Sessions;
use azuma_domain::session::{ListedSession, LiveSession, SessionId};
use azuma_domain::user::User;

use super::Done;
use super::ago::ago;
use super::caller::Visitor;
use super::device::device;
use super::login::login_page;
use super::texts::MeTexts;
use crate::http::origin::language;
use crate::pages::notice::try_later;
use crate::pages::page;
use crate::pages::texts::Texts;

#[derive(Template)]
#[template(path = "me.html")]
struct OverviewPage<'a> {
    texts: &'a Texts,
    me: &'a MeTexts,
    done: Option<&'a str>,
    /// `None` if the stored account cannot be read.
    profile: Option<Profile>,
    sessions: Vec<SessionItem>,
}

struct Profile {
    name: String,
    email: Option<String>,
    is_proved: bool,
    since: String,
}

struct SessionItem {
    id: SessionId,
    device: String,
    used: String,
    ip: Option<String>,
    is_this: bool,
}

/// `GET /me`
pub async fn show(
    sessions: web::Data<Sessions>,
    visitor: Visitor,
    request: HttpRequest,
) -> HttpResponse {
    let language = language(&request);
    let done = Done::in_query(request.query_string());
    match visitor {
        Visitor(Some(caller)) => overview(&sessions, &caller, language, done).await,
        Visitor(None) => login_page(language, done, "", None).shown(),
    }
}

async fn overview(
    sessions: &Sessions,
    caller: &LiveSession,
    language: Language,
    done: Option<Done>,
) -> HttpResponse {
    let (texts, me) = (Texts::of(language), MeTexts::of(language));
    let listed = match sessions.list_sessions(caller).await {
        Ok(listed) => listed,
        Err(error) => return try_later(texts, error),
    };
    let now = sessions.clock.now();
    let item = |listed| session_item(listed, caller.session_id(), language, now);
    page(&OverviewPage {
        texts,
        me,
        done: done.and_then(|done| me.done_logged_in(done)),
        profile: caller.user.profile().ok().map(Profile::from),
        sessions: listed.into_iter().map(item).collect(),
    })
}

impl From<&User> for Profile {
    fn from(user: &User) -> Self {
        let email = user.email.as_ref();
        Self {
            name: user.name.as_str().to_owned(),
            email: email.map(|email| email.address().as_str().to_owned()),
            is_proved: email.is_some_and(|email| email.proved_at().is_some()),
            since: date(user.created_at),
        }
    }
}

/// The day in UTC, such as `2026-11-28`.
fn date(at: Timestamp) -> String {
    let mut text = at.to_string();
    text.truncate(text.find('T').unwrap_or(text.len()));
    text
}

fn session_item(
    listed: ListedSession,
    this: SessionId,
    language: Language,
    now: Timestamp,
) -> SessionItem {
    let me = MeTexts::of(language);
    let ListedSession {
        session,
        last_used_at,
        ..
    } = listed;
    let is_this = session.id == this;
    let used = match last_used_at {
        Some(at) => me.last_used(&ago(language, at.until(now))),
        None if is_this => me.last_used(&ago(language, now.until(now))),
        None => me.never_used.to_owned(),
    };
    let agent = session.client.user_agent.as_ref();
    SessionItem {
        id: session.id,
        device: device(language, agent.map(|agent| agent.as_str())),
        used,
        ip: session.client.ip.map(|ip| ip.to_string()),
        is_this,
    }
}

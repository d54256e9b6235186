//! The routes for services: who a token is, and what has ended.
//!
//! [`CachedSessions`](crate::CachedSessions) asks these so that a service need not ask for each request.

mod changes;

use std::sync::Arc;
use std::time::Duration;

use http::HeaderValue;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

pub use changes::{Change, Changes, Kind, Position};

use crate::call::{Call, Repeat};
use crate::ids::{SessionId, UserId};
use crate::moment::{rfc3339, rfc3339_if_any};
use crate::secret::{ServiceToken, Token};
use crate::server::Server;

/// The most tokens of one [`Service::check`].
pub const MOST_TOKENS: usize = 1_000;
/// The most users of one [`Service::users`].
pub const MOST_USERS: usize = 100;
/// The most changes of one [`Changes`]. After an answer with so many there may be more.
pub const MOST_CHANGES: usize = 1_000;

/// A client of the routes for services.
#[derive(Clone, Debug)]
pub struct Service {
    server: Server,
    token: ServiceToken,
}

/// Whether a check is a use of the session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    /// It is: a sliding session is extended, a next token becomes the current one.
    Counts,
    /// It changes nothing.
    Peek,
}

/// What is said to tokens.
#[derive(Clone, Debug, Deserialize)]
#[non_exhaustive]
pub struct Checked {
    /// How far the history was known when they were looked at.
    pub position: Position,
    /// One for each token, in their order.
    pub answers: Vec<CheckedToken>,
}

/// What is said to a token.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "WireToken")]
pub enum CheckedToken {
    /// It is live, and this is its session.
    Live(Arc<LiveSession>),
    /// It is none, unknown, expired or revoked.
    NotLive,
}

/// A session that a live token belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LiveSession {
    /// Its user.
    pub user: SessionUser,
    /// Its id, which is that of the next token too.
    pub id: SessionId,
    /// When the token expires, if it is not used again.
    pub expires_at: OffsetDateTime,
}

/// A session's user.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[non_exhaustive]
pub struct SessionUser {
    /// The user's id.
    pub id: UserId,
    /// The user's name; `None` if the stored one cannot be read.
    pub name: Option<String>,
}

/// A user, without an address.
#[derive(Clone, Debug, Deserialize)]
#[non_exhaustive]
#[allow(missing_docs)]
pub struct ServiceUser {
    pub id: UserId,
    pub name: String,
    pub icon: Option<String>,
    pub status: Option<String>,
    #[serde(deserialize_with = "rfc3339")]
    pub created_at: OffsetDateTime,
    /// Whether an operator has disabled the account.
    pub disabled: bool,
}

/// The users that were found.
#[derive(Clone, Debug, Deserialize)]
#[non_exhaustive]
#[allow(missing_docs)]
pub struct Users {
    pub users: Vec<ServiceUser>,
}

/// What RFC 7662 says of a token.
#[derive(Clone, Debug, Deserialize)]
#[non_exhaustive]
pub struct Introspection {
    /// Whether it is live; the rest is `None` if it is not.
    pub active: bool,
    /// The user's id.
    pub sub: Option<UserId>,
    /// The user's name.
    pub username: Option<String>,
    /// The session's id.
    pub sid: Option<SessionId>,
    /// When the token expires, in seconds since 1970.
    pub exp: Option<i64>,
    /// When the session began, in seconds since 1970.
    pub iat: Option<i64>,
}

#[derive(Serialize)]
struct Question<'a> {
    tokens: &'a [Token],
    #[serde(skip_serializing_if = "Option::is_none")]
    peek: Option<bool>,
}

#[derive(Deserialize)]
struct WireToken {
    live: bool,
    user: Option<SessionUser>,
    session: Option<SessionId>,
    #[serde(default, deserialize_with = "rfc3339_if_any")]
    expires_at: Option<OffsetDateTime>,
}

impl TryFrom<WireToken> for CheckedToken {
    type Error = &'static str;

    fn try_from(token: WireToken) -> Result<Self, Self::Error> {
        if !token.live {
            return Ok(Self::NotLive);
        }
        match (token.user, token.session, token.expires_at) {
            (Some(user), Some(id), Some(expires_at)) => Ok(Self::Live(Arc::new(LiveSession {
                user,
                id,
                expires_at,
            }))),
            _ => Err("a live token without a user, a session or an expiry"),
        }
    }
}

impl Service {
    pub(crate) fn on(server: Server, token: ServiceToken) -> Self {
        Self { server, token }
    }

    /// `POST /service/check` of 1 to [`MOST_TOKENS`] tokens
    pub fn check(&self, tokens: &[Token], counts: Use) -> Call<'static, Checked> {
        let peek = match counts {
            Use::Counts => None,
            Use::Peek => Some(true),
        };
        Call::post(&self.server, "/service/check")
            .bearer(self.token.expose())
            .json(&Question { tokens, peek })
            .repeated(Repeat::Safe)
    }

    /// `POST /service/introspect`
    pub fn introspect(&self, token: &Token, counts: Use) -> Call<'static, Introspection> {
        let peek = match counts {
            Use::Counts => "",
            Use::Peek => "&peek=true",
        };
        let text = utf8_percent_encode(token.expose(), NON_ALPHANUMERIC);
        let form = HeaderValue::from_static("application/x-www-form-urlencoded");
        Call::post(&self.server, "/service/introspect")
            .bearer(self.token.expose())
            .body(form, format!("token={text}{peek}"))
            .repeated(Repeat::Safe)
    }

    /// `GET /service/changes` without a position: how far the history is known
    pub fn position(&self) -> Call<'static, Changes> {
        Call::get(&self.server, "/service/changes").bearer(self.token.expose())
    }

    /// `GET /service/changes` after a position; if there are none, the answer waits for one, up to 30 s. The wait is rounded up
    /// to whole seconds, and the answer may take so much longer than the server's [`timeout`](crate::Builder::timeout).
    pub fn changes(&self, after: &Position, wait: Duration) -> Call<'static, Changes> {
        let seconds = match wait.subsec_nanos() {
            0 => wait.as_secs(),
            _ => wait.as_secs().saturating_add(1),
        };
        let path = format!("/service/changes?after={after}&wait={seconds}");
        let timeout = self.server.patience.timeout;
        Call::get(&self.server, path)
            .bearer(self.token.expose())
            .within(timeout.saturating_add(Duration::from_secs(seconds)))
    }

    /// `GET /service/users` of 1 to [`MOST_USERS`] users; the answer leaves out who is unknown
    pub fn users(&self, ids: &[UserId]) -> Call<'static, Users> {
        let ids: Vec<_> = ids.iter().map(UserId::to_string).collect();
        let path = format!("/service/users?ids={}", ids.join(","));
        Call::get(&self.server, path).bearer(self.token.expose())
    }
}

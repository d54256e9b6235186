//! Request and response bodies (DTOs).

use azuma_domain::ports::Invalidation;
use azuma_domain::services::{Answers, KnownUser, TokenBatch, WrongTokenCount};
use azuma_domain::session::{LiveSession, SessionOwner};
use azuma_domain::user::{AccountState, Icon, Status, UserName};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// The request body of `POST /service/check`.
#[derive(Deserialize, ToSchema)]
pub struct CheckRequest {
    /// 1 to 1,000 tokens of users.
    #[schema(min_items = 1, max_items = 1000)]
    tokens: Vec<String>,
    /// Whether the sessions are left as they are. Otherwise each question is a use.
    peek: Option<bool>,
}

impl CheckRequest {
    pub fn peek(&self) -> Option<bool> {
        self.peek
    }

    pub fn parse(&self) -> Result<TokenBatch, WrongTokenCount> {
        TokenBatch::parse(self.tokens.iter().map(String::as_str))
    }
}

/// The response of `POST /service/check`.
#[derive(Serialize, ToSchema)]
pub struct CheckResponse {
    /// The answers are at least as new as this place in the history.
    position: String,
    /// An answer for each token, in their order.
    answers: Vec<CheckedToken>,
}

/// What is said of a token.
#[derive(Serialize, ToSchema)]
pub struct CheckedToken {
    /// Whether the token is that of a live session. The other fields are there only then.
    live: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    user: Option<NamedUser>,
    /// The id of the session.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    session: Option<Uuid>,
    /// When the token expires, after this use.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, format = DateTime)]
    expires_at: Option<String>,
}

/// A user by name.
#[derive(Serialize, ToSchema)]
pub struct NamedUser {
    id: Uuid,
    /// `null` if the stored name cannot be read, as an earlier release may have allowed it.
    #[schema(required)]
    name: Option<String>,
}

impl From<Answers> for CheckResponse {
    fn from(answers: Answers) -> Self {
        Self {
            position: answers.position.to_string(),
            answers: answers.sessions.iter().map(CheckedToken::of).collect(),
        }
    }
}

impl CheckedToken {
    fn of(session: &Option<LiveSession>) -> Self {
        let session = session.as_ref();
        Self {
            live: session.is_some(),
            user: session.map(|live| NamedUser {
                id: live.user.id.uuid(),
                name: name_of(&live.user),
            }),
            session: session.map(|live| live.session_id().uuid()),
            expires_at: session.map(|live| live.token.expires_at.to_string()),
        }
    }
}

fn name_of(owner: &SessionOwner) -> Option<String> {
    let user = owner.profile().ok()?;
    Some(user.name.as_str().to_owned())
}

/// The request body of `POST /service/introspect` (RFC 7662 §2.1).
#[derive(Deserialize, ToSchema)]
pub struct IntrospectRequest {
    /// The token of a user.
    pub token: String,
    /// Not looked at.
    #[expect(dead_code, reason = "the document names it")]
    #[schema(nullable = false)]
    token_type_hint: Option<String>,
    /// Whether the session is left as it is.
    #[schema(nullable = false)]
    pub peek: Option<bool>,
}

/// The response of `POST /service/introspect` (RFC 7662 §2.2).
#[derive(Default, Serialize, ToSchema)]
pub struct IntrospectResponse {
    /// Whether a session has the token. The rest is there if it is so.
    active: bool,
    /// The id of the user.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    sub: Option<Uuid>,
    /// The name of the user, unless the stored one cannot be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    username: Option<String>,
    /// The id of the session.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    sid: Option<Uuid>,
    /// When the token expires, in seconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    exp: Option<i64>,
    /// When the session began, in seconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    iat: Option<i64>,
    /// `Bearer`
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    token_type: Option<&'static str>,
}

impl From<Answers> for IntrospectResponse {
    fn from(answers: Answers) -> Self {
        let Some(live) = answers.sessions.into_iter().flatten().next() else {
            return Self::default();
        };
        Self {
            active: true,
            sub: Some(live.user.id.uuid()),
            username: name_of(&live.user),
            sid: Some(live.session_id().uuid()),
            exp: Some(live.token.expires_at.unix_seconds()),
            iat: Some(live.issued_at.unix_seconds()),
            token_type: Some("Bearer"),
        }
    }
}

/// The response of `GET /service/changes`.
#[derive(Serialize, ToSchema)]
pub struct ChangesResponse {
    /// Where to go on: the next `after`.
    pub position: String,
    pub changes: Vec<Change>,
    /// `true` where the `after` that was asked for is not known: everything known is to be forgotten.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub start_over: Option<bool>,
}

/// A change of a user or its sessions.
#[derive(Serialize, ToSchema)]
pub struct Change {
    /// Its place in the order of commits.
    number: u64,
    /// `session_changed`, `session_ended`, `sessions_ended`, `user_changed`, `user_disabled`, `user_deleted` or `changed`; a word that is
    /// not known is as `changed`.
    kind: &'static str,
    user: Uuid,
    /// The session, if it is a single one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    session: Option<Uuid>,
}

impl From<&Invalidation> for Change {
    fn from(invalidation: &Invalidation) -> Self {
        Self {
            number: invalidation.number.get(),
            kind: invalidation.cause.name(),
            user: invalidation.user_id.uuid(),
            session: invalidation.cause.session_id().map(|id| id.uuid()),
        }
    }
}

/// The response of `GET /service/users`.
#[derive(Serialize, ToSchema)]
pub struct UsersResponse {
    /// Those that there are, in any order.
    users: Vec<UserResponse>,
}

/// A user as everybody may see it.
#[derive(Serialize, ToSchema)]
pub struct UserResponse {
    id: Uuid,
    name: String,
    #[schema(required)]
    icon: Option<String>,
    #[schema(required)]
    status: Option<String>,
    #[schema(format = DateTime)]
    created_at: String,
    disabled: bool,
}

impl From<Vec<KnownUser>> for UsersResponse {
    fn from(users: Vec<KnownUser>) -> Self {
        let shown = |known: KnownUser| UserResponse {
            id: known.user.id.uuid(),
            name: UserName::as_str(&known.user.name).to_owned(),
            icon: known
                .user
                .icon
                .as_ref()
                .map(Icon::as_str)
                .map(str::to_owned),
            status: known
                .user
                .status
                .as_ref()
                .map(Status::as_str)
                .map(str::to_owned),
            created_at: known.user.created_at.to_string(),
            disabled: matches!(known.state, AccountState::Disabled(_)),
        };
        Self {
            users: users.into_iter().map(shown).collect(),
        }
    }
}

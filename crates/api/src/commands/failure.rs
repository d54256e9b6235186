//! Why a command fails, and its exit code.

use std::error::Error;
use std::fmt;

use azuma_domain::services::{
    AccountAdminError, AuditAdminError, CreateAccountError, InviteAdminError, NoSingleAccount,
    OutboxAdminError, ServiceAdminError, SessionAdminError, SetPasswordError,
};

/// What an exit code says. Success is 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// It failed, and may succeed another time: the database, a file, a server.
    Failed = 1,
    /// The command line asks for nothing that can be done. The parser of the command line uses this code, too.
    Usage = 2,
    /// There is no such account, session, invitation, service or message.
    NotFound = 3,
    /// A rule refuses it, or the account is in another state.
    Refused = 4,
    /// `azuma migrate --plan`: migrations are pending.
    Pending = 5,
}

/// Why a command fails. Another error is [`Reason::Failed`].
#[derive(Debug)]
pub struct Failure {
    reason: Reason,
    sentence: String,
}

impl Failure {
    /// A failure with one sentence.
    pub fn new(reason: Reason, sentence: impl Into<String>) -> Self {
        let sentence = sentence.into();
        Self { reason, sentence }
    }

    /// The exit code of a command that failed so.
    pub fn exit_code(error: &(dyn Error + 'static)) -> u8 {
        let failure = error.downcast_ref::<Self>();
        failure.map_or(Reason::Failed, |failure| failure.reason) as u8
    }

    /// The same, told of something.
    #[must_use]
    pub fn of(self, what: impl fmt::Display) -> Self {
        Self {
            sentence: format!("{what}: {}", self.sentence),
            ..self
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.sentence)
    }
}

impl Error for Failure {}

/// A reason for each error of the services.
trait HasReason: Error {
    fn reason(&self) -> Reason;
}

impl HasReason for NoSingleAccount {
    fn reason(&self) -> Reason {
        match self {
            Self::None => Reason::NotFound,
            Self::Several(_) => Reason::Refused,
        }
    }
}

impl HasReason for AccountAdminError {
    fn reason(&self) -> Reason {
        match self {
            Self::NoSingleAccount(none) => none.reason(),
            Self::NotVerified
            | Self::FactorUnknown
            | Self::NotDisabled
            | Self::NameTaken
            | Self::EmailTaken => Reason::Refused,
            Self::Store(_) => Reason::Failed,
        }
    }
}

impl HasReason for CreateAccountError {
    fn reason(&self) -> Reason {
        match self {
            Self::NameTaken
            | Self::EmailTaken
            | Self::EmailDomainRefused
            | Self::PasswordTooShort(_)
            | Self::PasswordGuessable(_) => Reason::Refused,
            Self::Hash(_) | Self::Store(_) => Reason::Failed,
        }
    }
}

impl HasReason for SetPasswordError {
    fn reason(&self) -> Reason {
        match self {
            Self::Account(error) => error.reason(),
            Self::PasswordTooShort(_) | Self::PasswordGuessable(_) => Reason::Refused,
            Self::Hash(_) => Reason::Failed,
        }
    }
}

impl HasReason for SessionAdminError {
    fn reason(&self) -> Reason {
        match self {
            Self::SessionUnknown => Reason::NotFound,
            Self::NoSingleAccount(none) => none.reason(),
            Self::Store(_) => Reason::Failed,
        }
    }
}

impl HasReason for AuditAdminError {
    fn reason(&self) -> Reason {
        match self {
            Self::UserUnknown => Reason::NotFound,
            Self::Unclear(none) => none.reason(),
            Self::Store(_) => Reason::Failed,
        }
    }
}

impl HasReason for InviteAdminError {
    fn reason(&self) -> Reason {
        match self {
            Self::InviteUnknown => Reason::NotFound,
            Self::Store(_) => Reason::Failed,
        }
    }
}

impl HasReason for ServiceAdminError {
    fn reason(&self) -> Reason {
        match self {
            Self::ServiceUnknown => Reason::NotFound,
            Self::NameTaken => Reason::Refused,
            Self::Store(_) => Reason::Failed,
        }
    }
}

impl HasReason for OutboxAdminError {
    fn reason(&self) -> Reason {
        match self {
            Self::MailUnknown => Reason::NotFound,
            Self::NotDead | Self::LinkGone | Self::LinkExpired => Reason::Refused,
            Self::Store(_) => Reason::Failed,
        }
    }
}

impl<E: HasReason> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::new(error.reason(), error.to_string())
    }
}

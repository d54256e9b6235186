//! Messages to be sent. A message is a row in the outbox until it is sent; its text is written when it is sent.
//!
//! A use case writes an [`OutgoingMail`] into the outbox. A worker leases it as a [`LeasedMail`] and hands it, with its
//! link's token, to the mailer, which writes the text. The worker then settles the message: it deletes or reschedules
//! the row, or makes it a dead letter. An operator sees the row as a [`QueuedMail`].

use std::time::Duration;

use uuid::Uuid;

use crate::Timestamp;
use crate::id::id;
use crate::link::{Link, LinkId};
use crate::user::{EmailAddress, UserId};

/// How long a message that carries no link is worth sending.
pub(crate) const NOTICE_LIFETIME: Duration = Duration::from_hours(24);

id! {
    /// Identifies a message. Its `Message-ID` is derived from it, so that a message sent twice can be recognized.
    MailId
}

/// The kind of a message, with the link it carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MailKind {
    /// Carries the link that verifies a new account.
    VerifyAccount(LinkId),
    /// Carries the link that confirms a changed address.
    ConfirmEmail(LinkId),
    /// Carries the link that sets a new password.
    ResetPassword(LinkId),
    /// Tells the current address that somebody asked to replace it.
    EmailChangeRequested,
    /// Tells the former address that it was replaced.
    EmailChanged,
    /// Tells the address of an account that its password was changed.
    PasswordChanged,
    /// Tells the address of an account that somebody logged in to it from a new place.
    NewLogin,
    /// Shows an operator that messages arrive. It does not pass through the outbox.
    Test,
}

impl MailKind {
    /// Its name in the database, in templates and for operators.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::VerifyAccount(_) => "verify_account",
            Self::ConfirmEmail(_) => "confirm_email",
            Self::ResetPassword(_) => "reset_password",
            Self::EmailChangeRequested => "email_change_requested",
            Self::EmailChanged => "email_changed",
            Self::PasswordChanged => "password_changed",
            Self::NewLogin => "new_login",
            Self::Test => "test",
        }
    }

    /// Every kind; those that carry a link carry this one.
    #[must_use]
    pub fn all(link: LinkId) -> [Self; 8] {
        [
            Self::VerifyAccount(link),
            Self::ConfirmEmail(link),
            Self::ResetPassword(link),
            Self::EmailChangeRequested,
            Self::EmailChanged,
            Self::PasswordChanged,
            Self::NewLogin,
            Self::Test,
        ]
    }

    /// The name of every kind.
    #[must_use]
    pub fn names() -> [&'static str; 8] {
        Self::all(LinkId::new(Uuid::nil())).map(Self::name)
    }

    /// The kind with this name and this link. `None` if no kind has the name, the kind carries a link and none is
    /// given, or it carries none and one is given.
    #[must_use]
    pub fn named(name: &str, link: Option<LinkId>) -> Option<Self> {
        let kinds = Self::all(link.unwrap_or(LinkId::new(Uuid::nil())));
        kinds
            .into_iter()
            .find(|kind| kind.name() == name && kind.link() == link)
    }

    /// The link it carries.
    #[must_use]
    pub fn link(self) -> Option<LinkId> {
        match self {
            Self::VerifyAccount(link) | Self::ConfirmEmail(link) | Self::ResetPassword(link) => {
                Some(link)
            }
            Self::EmailChangeRequested
            | Self::EmailChanged
            | Self::PasswordChanged
            | Self::NewLogin
            | Self::Test => None,
        }
    }
}

/// Whether users get a mail about a login from a place that they have not logged in from before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NewLoginNotice {
    /// They do not.
    Off,
    /// They do, if their address is proved.
    Mailed,
}

/// The languages of messages and pages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    /// English.
    #[default]
    English,
    /// German.
    German,
}

impl Language {
    /// Every language.
    pub const ALL: [Self; 2] = [Self::English, Self::German];

    /// Its tag (BCP 47): `en` or `de`.
    #[must_use]
    pub fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::German => "de",
        }
    }

    /// The language with this tag.
    #[must_use]
    pub fn tagged(tag: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|language| language.tag() == tag)
    }
}

/// A message as the outbox keeps it: no text, no token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutgoingMail {
    /// Its id.
    pub id: MailId,
    /// The account it is about; `None` after that account has lapsed. Deleting an account deletes its mail.
    pub user_id: Option<UserId>,
    /// Its kind.
    pub kind: MailKind,
    /// The language of its text.
    pub language: Language,
    /// The recipient.
    pub to: EmailAddress,
    /// When it was enqueued.
    pub created_at: Timestamp,
    /// The first moment at which it is no longer sent, because its link has expired or its content is old.
    pub expires_at: Timestamp,
}

/// The right of one worker to send a message and to settle it, until the lease expires and another worker leases it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MailLease {
    /// The message.
    pub id: MailId,
    /// When the lease expires. No two leases of a message expire at the same time, so this tells them apart.
    pub until: Timestamp,
}

/// A message that only this worker may send until the lease expires.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeasedMail {
    /// The lease.
    pub lease: MailLease,
    /// The message.
    pub mail: OutgoingMail,
    /// Its link; `None` if it carries none, or the link was used or replaced.
    pub link: Option<Link>,
    /// How many attempts to send it have failed.
    pub attempts: u32,
    /// The reason of the last failure.
    pub last_failure: Option<String>,
}

/// A leased message whose row cannot be read. Only this worker may make it a dead letter until the lease expires.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the stored message cannot be read: {reason}")]
pub struct UnreadableMail {
    /// The lease.
    pub lease: MailLease,
    /// Why it cannot be read.
    pub reason: String,
}

/// The state of a message in the outbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MailState {
    /// It is to be sent, or tried again, from this time on.
    Due(Timestamp),
    /// It became a dead letter at this time.
    Dead(Timestamp),
}

/// A message as an operator sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueuedMail {
    /// The message.
    pub mail: OutgoingMail,
    /// Its state.
    pub state: MailState,
    /// How many attempts to send it have failed.
    pub attempts: u32,
    /// The reason of the last failure, mostly the mail server's response.
    pub last_failure: Option<String>,
}

//! Messages on their way out. A message is a row until it is sent; its text is made when it is sent.
//!
//! A use case writes an [`OutgoingMail`] into the outbox, a row of the database. A worker leases it as a [`LeasedMail`] and
//! hands it to the mailer with its link's token; the mailer writes the text. What came of it is settled, which deletes,
//! postpones or buries the row. A [`QueuedMail`] is what the operator sees of the row meanwhile.

use std::time::Duration;

use uuid::Uuid;

use crate::Timestamp;
use crate::id::id;
use crate::link::{Link, LinkId};
use crate::user::{EmailAddress, UserId};

/// How long a message that carries no link is worth sending.
pub(crate) const NOTICE_LIFETIME: Duration = Duration::from_secs(24 * 60 * 60);

id! {
    /// Names a message; its `Message-ID` is made from it, so that a message sent twice is known as one.
    MailId
}

/// What a message is about, and the link it carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MailKind {
    /// The link that verifies a new account.
    VerifyAccount(LinkId),
    /// The link that confirms a changed address.
    ConfirmEmail(LinkId),
    /// The link that lets its reader set a new password.
    ResetPassword(LinkId),
    /// To the present address: somebody asked for another one.
    EmailChangeRequested,
    /// To the former address: the account has another one now.
    EmailChanged,
    /// To the address of an account: its password is another one now.
    PasswordChanged,
    /// Shows an operator that messages arrive. It is in no outbox for long.
    Test,
}

impl MailKind {
    /// What stores, templates and operators know it by.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::VerifyAccount(_) => "verify_account",
            Self::ConfirmEmail(_) => "confirm_email",
            Self::ResetPassword(_) => "reset_password",
            Self::EmailChangeRequested => "email_change_requested",
            Self::EmailChanged => "email_changed",
            Self::PasswordChanged => "password_changed",
            Self::Test => "test",
        }
    }

    /// Every kind, with this link where it carries one.
    #[must_use]
    pub fn all(link: LinkId) -> [Self; 7] {
        [
            Self::VerifyAccount(link),
            Self::ConfirmEmail(link),
            Self::ResetPassword(link),
            Self::EmailChangeRequested,
            Self::EmailChanged,
            Self::PasswordChanged,
            Self::Test,
        ]
    }

    /// The names of every kind.
    #[must_use]
    pub fn names() -> [&'static str; 7] {
        Self::all(LinkId::new(Uuid::nil())).map(Self::name)
    }

    /// The kind of this name, with its link; `None` where there is no such kind, or it has no link or must have one.
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
            | Self::Test => None,
        }
    }
}

/// The languages messages are written in.
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

    /// Its tag (BCP 47).
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
    /// Names the message.
    pub id: MailId,
    /// Whom it is about; `None` once that account lapsed. Whoever deletes its account deletes its mail.
    pub user_id: Option<UserId>,
    /// What it is about.
    pub kind: MailKind,
    /// The language of its text.
    pub language: Language,
    /// Where it goes.
    pub to: EmailAddress,
    /// When it was written.
    pub created_at: Timestamp,
    /// From when on it is not sent any more: its link has expired, or what it says is old.
    pub expires_at: Timestamp,
}

/// The right to send a message and to say what came of it, until another worker gets it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MailLease {
    /// Of which message.
    pub id: MailId,
    /// Until when. No two leases of a message end at the same time, so it tells them apart.
    pub until: Timestamp,
}

/// A message that this process alone may send until its lease ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeasedMail {
    /// The lease.
    pub lease: MailLease,
    /// The message.
    pub mail: OutgoingMail,
    /// Its link; `None` where it carries none, and once that was followed or replaced.
    pub link: Option<Link>,
    /// How often sending was tried before.
    pub attempts: u32,
    /// Why it failed the last time.
    pub last_failure: Option<String>,
}

/// A message that this process alone may dead_letter until its lease ends: what is kept of it cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it cannot be read: {reason}")]
pub struct UnreadableMail {
    /// The lease.
    pub lease: MailLease,
    /// What cannot be read.
    pub reason: String,
}

/// What becomes of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MailState {
    /// It is sent, or tried again, from then on.
    Due(Timestamp),
    /// It was given up then: a dead letter.
    Dead(Timestamp),
}

/// A message as its operator sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueuedMail {
    /// The message.
    pub mail: OutgoingMail,
    /// What becomes of it.
    pub state: MailState,
    /// How often sending failed.
    pub attempts: u32,
    /// Why it failed the last time, mostly in the mail server's words.
    pub last_failure: Option<String>,
}

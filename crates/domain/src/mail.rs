//! Messages on their way out. A message is a row until it is sent; its text is made when it is sent.

use std::fmt;

use uuid::Uuid;

use crate::Timestamp;
use crate::link::{Link, LinkId};
use crate::token::Token;
use crate::user::{EmailAddress, UserId};

/// Names a message; its `Message-ID` is made from it, so that a message sent twice is known as one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MailId(Uuid);

impl MailId {
    /// The id with this UUID.
    #[must_use]
    pub fn new(uuid: Uuid) -> Self {
        Self(uuid)
    }

    /// The UUID.
    #[must_use]
    pub fn uuid(self) -> Uuid {
        self.0
    }
}

impl fmt::Display for MailId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What a message is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MailKind {
    /// The link that verifies a new account.
    VerifyAccount,
    /// The link that confirms a changed address.
    ConfirmEmail,
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
    /// The link it carries.
    pub link: LinkId,
    /// When it was written.
    pub created_at: Timestamp,
    /// From when on it is of no use, its link having expired.
    pub useless_from: Timestamp,
}

/// A message that this process alone may send until its lease ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeasedMail {
    /// The message.
    pub mail: OutgoingMail,
    /// Its link; `None` once that was followed or replaced, and the message has nothing to say.
    pub link: Option<Link>,
    /// How often sending was tried before.
    pub attempts: u32,
}

/// A message with all it takes to write its text. It holds a token in clear and cannot be printed.
pub struct ReadyMail {
    /// The message.
    pub mail: OutgoingMail,
    /// The token of its link.
    pub token: Token,
}

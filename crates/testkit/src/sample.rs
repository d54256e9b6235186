//! Domain values for tests. An id is made of its kind and a number: user 1 has the same id in every test, and nothing
//! else has that id.

use std::time::Duration;

use uuid::{Builder, Uuid};

use azuma_domain::Timestamp;
use azuma_domain::link::{Link, LinkId, LinkPurpose};
use azuma_domain::mail::{Language, MailId, MailKind, OutgoingMail};
use azuma_domain::ports::NewUser;
use azuma_domain::recovery::{RecoveryId, RecoveryRequest};
use azuma_domain::session::{Client, Session, SessionId, SessionPolicy, SessionToken};
use azuma_domain::token::{Generation, Token, TokenHash, TokenShape};
use azuma_domain::user::{
    AccountEmail, EmailAddress, GivenPassword, Icon, LoginName, Password, PasswordHash, Status,
    User, UserId, UserName,
};

/// The smallest step of time.
pub const MICROSECOND: Duration = Duration::from_micros(1);
/// A second.
pub const SECOND: Duration = Duration::from_secs(1);
/// A minute.
pub const MINUTE: Duration = Duration::from_mins(1);
/// A day.
pub const DAY: Duration = Duration::from_hours(24);

/// The kind of thing that an id belongs to.
#[derive(Clone, Copy)]
pub(super) enum Kind {
    User = 1,
    Session,
    Link,
    Mail,
    SessionToken,
    LinkToken,
    Drawn,
    Recovery,
}

/// A version 4 UUID made of these three.
pub(super) fn uuid(kind: Kind, number: u32, part: u32) -> Uuid {
    let low = u128::from(part) << 32 | u128::from(number);
    Builder::from_random_bytes(((kind as u128) << 120 | low).to_be_bytes()).into_uuid()
}

/// The time in tests: 2021-03-28T14:39:40.063095Z.
#[must_use]
pub fn now() -> Timestamp {
    Timestamp::from_micros(1_616_942_380_063_095)
}

/// The last microsecond before `time`.
#[must_use]
pub fn just_before(time: Timestamp) -> Timestamp {
    Timestamp::from_micros(time.micros() - 1)
}

/// The id of a user.
#[must_use]
pub fn user_id(number: u32) -> UserId {
    UserId::new(uuid(Kind::User, number, 0))
}

/// The id of a session.
#[must_use]
pub fn session_id(number: u32) -> SessionId {
    SessionId::new(uuid(Kind::Session, number, 0))
}

/// The id of a link.
#[must_use]
pub fn link_id(number: u32) -> LinkId {
    LinkId::new(uuid(Kind::Link, number, 0))
}

/// The id of a message.
#[must_use]
pub fn mail_id(number: u32) -> MailId {
    MailId::new(uuid(Kind::Mail, number, 0))
}

/// The hash of the token of this session and generation.
#[must_use]
pub fn token_hash(session: u32, generation: u32) -> TokenHash {
    hash_of(uuid(Kind::SessionToken, session, generation))
}

/// The hash of the token of this link.
#[must_use]
pub fn link_hash(number: u32) -> TokenHash {
    hash_of(uuid(Kind::LinkToken, number, 0))
}

fn hash_of(uuid: Uuid) -> TokenHash {
    let token = Token::parse(uuid.hyphenated().to_string());
    token.expect("a UUID is a token").hash()
}

/// The user name in `text`, which must be valid.
#[must_use]
pub fn name(text: &str) -> UserName {
    UserName::parse(text).expect("a user name")
}

/// The name or address in `text`, which must be valid.
#[must_use]
pub fn login_name(text: &str) -> LoginName {
    LoginName::parse(text).expect("a user name or an address")
}

/// The address in `text`, which must be valid.
#[must_use]
pub fn email(text: &str) -> EmailAddress {
    EmailAddress::parse(text).expect("an e-mail address")
}

/// An address of an account that is not proved.
#[must_use]
pub fn claimed(text: &str) -> AccountEmail {
    AccountEmail::claimed(email(text))
}

/// An address of an account that was proved at this time.
#[must_use]
pub fn proved(text: &str, at: Timestamp) -> AccountEmail {
    AccountEmail::proved(email(text), at)
}

/// The password in `text`, which must be valid.
#[must_use]
pub fn password(text: &str) -> Password {
    Password::parse(text).expect("a password")
}

/// The password in `text` as a client gives it, which must be valid.
#[must_use]
pub fn given_password(text: &str) -> GivenPassword {
    GivenPassword::parse(text).expect("a password")
}

/// The icon in `text`, which must be valid.
#[must_use]
pub fn icon(text: &str) -> Icon {
    Icon::parse(text).expect("an icon")
}

/// The status in `text`, which must be valid.
#[must_use]
pub fn status(text: &str) -> Status {
    Status::parse(text).expect("a status")
}

/// A hash that no password matches.
#[must_use]
pub fn password_hash(text: &str) -> PasswordHash {
    PasswordHash::from_phc(format!("$sample${text}"))
}

/// A user with this name, registered [`now`], with no address, icon or status.
#[must_use]
pub fn account(number: u32, name_text: &str) -> NewUser {
    NewUser {
        user: User {
            id: user_id(number),
            name: name(name_text),
            email: None,
            icon: None,
            status: None,
            created_at: now(),
        },
        password_hash: password_hash(name_text),
        waits_until: None,
        invite: None,
    }
}

/// An [`account`] with an address.
#[must_use]
pub fn account_with_email(number: u32, name_text: &str, email_text: &str) -> NewUser {
    let mut new = account(number, name_text);
    new.user.email = Some(claimed(email_text));
    new
}

/// An account that waits for verification until `until`; its address is its name at `example.org`.
#[must_use]
pub fn waiting(number: u32, name_text: &str, until: Timestamp) -> NewUser {
    let mut new = account_with_email(number, name_text, &format!("{name_text}@example.org"));
    new.waits_until = Some(until);
    new
}

/// A sliding session, issued [`now`] to an unknown client.
#[must_use]
pub fn session(number: u32, user_id: UserId) -> Session {
    Session {
        id: session_id(number),
        user_id,
        policy: SessionPolicy::Sliding,
        shape: TokenShape::Uuid,
        generation: Generation::FIRST,
        created_at: now(),
        client: Client::default(),
    }
}

/// The token of this session and generation, not used yet.
#[must_use]
pub fn token(session: u32, generation: u32, expires_at: Timestamp) -> SessionToken {
    SessionToken {
        session_id: session_id(session),
        generation: Generation::new(generation),
        hash: token_hash(session, generation),
        expires_at,
        last_used_at: None,
    }
}

/// A link that verifies an account.
#[must_use]
pub fn link(number: u32, user_id: UserId, expires_at: Timestamp) -> Link {
    Link {
        id: link_id(number),
        hash: link_hash(number),
        user_id,
        purpose: LinkPurpose::VerifyAccount,
        expires_at,
    }
}

/// A link that changes the user's address.
#[must_use]
pub fn email_change(number: u32, user_id: UserId, email_text: &str, expires_at: Timestamp) -> Link {
    Link {
        purpose: LinkPurpose::ChangeEmail(email(email_text)),
        ..link(number, user_id, expires_at)
    }
}

/// A link that sets a new password.
#[must_use]
pub fn reset(number: u32, user_id: UserId, expires_at: Timestamp) -> Link {
    Link {
        purpose: LinkPurpose::ResetPassword,
        ..link(number, user_id, expires_at)
    }
}

/// A request to recover the account with this address.
#[must_use]
pub fn recovery(number: u32, email_text: &str, requested_at: Timestamp) -> RecoveryRequest {
    RecoveryRequest {
        id: RecoveryId::new(uuid(Kind::Recovery, number, 0)),
        email: email(email_text),
        language: Language::English,
        requested_at,
    }
}

/// A message that carries the link of the same number, written [`now`].
#[must_use]
pub fn mail(number: u32, user_id: UserId) -> OutgoingMail {
    OutgoingMail {
        id: mail_id(number),
        user_id: Some(user_id),
        kind: MailKind::VerifyAccount(link_id(number)),
        language: Language::English,
        to: email("ada@example.org"),
        created_at: now(),
        expires_at: now().plus(10 * MINUTE),
    }
}

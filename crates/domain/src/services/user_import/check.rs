//! What a user must be to be taken.

use crate::Timestamp;
use crate::ports::{NewUser, SourceEmail, SourceId, SourceProof, SourceUser, UnreadableEntry};
use crate::user::{
    AccountEmail, EmailAddress, Icon, ImportedHash, InvalidEmailAddress, InvalidIcon,
    InvalidImportedHash, InvalidLegacyId, InvalidStatus, InvalidUserName, LegacyId, PasswordHash,
    Status, User, UserId, UserName,
};

/// Why a user is refused. No message repeats what the entry holds.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ImportRefusal {
    /// The entry cannot be understood.
    #[error(transparent)]
    Unreadable(#[from] UnreadableEntry),
    /// The id is none.
    #[error(transparent)]
    Id(#[from] InvalidLegacyId),
    /// The name is against the rules.
    #[error(transparent)]
    Name(#[from] InvalidUserName),
    /// The address is against the rules.
    #[error(transparent)]
    Email(#[from] InvalidEmailAddress),
    /// The hash is of no known form, or asks for too much.
    #[error(transparent)]
    PasswordHash(#[from] InvalidImportedHash),
    /// The icon is against the rules.
    #[error(transparent)]
    Icon(#[from] InvalidIcon),
    /// The status is against the rules.
    #[error(transparent)]
    Status(#[from] InvalidStatus),
    /// Another user has the name, perhaps in another case.
    #[error("another user, who is there or comes earlier, has the name, perhaps in another case")]
    NameTaken,
    /// Another user has the address.
    #[error(
        "another user, who is there or comes earlier, has the e-mail address, perhaps in another case"
    )]
    EmailTaken,
    /// The name is the proved address of another user.
    #[error("the name is the proved e-mail address of another user")]
    NameIsAddress,
}

impl ImportRefusal {
    /// A name for the reason, for programs. It never changes.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Unreadable(UnreadableEntry::TooLong(_)) => "too_long",
            Self::Unreadable(UnreadableEntry::NotUtf8) => "not_utf8",
            Self::Unreadable(UnreadableEntry::Form(_)) => "form",
            Self::Id(_) => "id",
            Self::Name(_) => "name",
            Self::Email(_) => "email",
            Self::PasswordHash(InvalidImportedHash::TooCostly) => "password_hash_too_costly",
            Self::PasswordHash(InvalidImportedHash::Form | InvalidImportedHash::Length) => {
                "password_hash"
            }
            Self::Icon(_) => "icon",
            Self::Status(_) => "status",
            Self::NameTaken => "name_taken",
            Self::EmailTaken => "email_taken",
            Self::NameIsAddress => "name_is_address",
        }
    }
}

/// The account of an entry. What the other system does not know is as of `now`.
pub(super) fn check(
    user: Result<SourceUser, UnreadableEntry>,
    now: Timestamp,
) -> Result<NewUser, ImportRefusal> {
    let user = user?;
    let name = UserName::parse(&user.name)?;
    let email = user.email.map(|email| address(&email, now)).transpose()?;
    let hash = ImportedHash::parse(&user.password_hash)?;
    let (id, created_at) = match &user.id {
        SourceId::Uuid(id) => (UserId::new(*id), user.created_at),
        SourceId::ObjectId(digits) => {
            let id = LegacyId::parse(digits)?;
            (id.user_id(), Some(id.created_at()))
        }
        SourceId::None => (derived_id(&name, email.as_ref(), &hash), user.created_at),
    };
    Ok(NewUser {
        user: User {
            id,
            name,
            email,
            icon: user.icon.as_deref().map(Icon::parse).transpose()?,
            status: user.status.as_deref().map(Status::parse).transpose()?,
            created_at: created_at.unwrap_or(now),
        },
        password_hash: PasswordHash::imported(&hash),
        waits_until: None,
        invite: None,
    })
}

fn address(email: &SourceEmail, now: Timestamp) -> Result<AccountEmail, InvalidEmailAddress> {
    let address = EmailAddress::parse(&email.address)?;
    Ok(match email.proof {
        SourceProof::Claimed => AccountEmail::claimed(address),
        SourceProof::Proved => AccountEmail::proved(address, now),
        SourceProof::ProvedAt(at) => AccountEmail::proved(address, at),
    })
}

/// An id that is the same each time the same entry is read.
fn derived_id(name: &UserName, email: Option<&AccountEmail>, hash: &ImportedHash) -> UserId {
    let address = email.map_or("", |email| email.address().as_str());
    UserId::digested(&[name.as_str(), address, hash.as_str()])
}

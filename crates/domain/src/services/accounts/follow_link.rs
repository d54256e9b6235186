//! Following a mailed link that proves an address.

use super::Accounts;
use crate::Timestamp;
use crate::audit::{AuditAction, AuditEvent, Source};
use crate::error_code::{ErrorCode, HasErrorCode};
use crate::link::{Link, LinkPurpose};
use crate::mail::{Language, MailKind};
use crate::ports::{
    Abort, Conflict, RateLimited, RateLimitedAction, Reader, SecurityEventKind, StoreError,
    StoreExt, Transaction, UserChanges,
};
use crate::services::known_clients::note_client;
use crate::services::notice::NoticeDraft;
use crate::token::{Token, TokenHash};
use crate::user::{AccountEmail, AccountState, EmailAddress, UserId, UserName};

/// What a followed link changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Followed {
    /// The account is active now.
    AccountVerified,
    /// The user has its new address now.
    EmailChanged,
}

/// What a page shows before somebody follows a link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkPreview {
    /// What following it does.
    pub purpose: LinkPurpose,
    /// The name of the account; `None` if the stored name is invalid.
    pub name: Option<UserName>,
    /// The address that following it proves.
    pub address: EmailAddress,
}

/// Why a link is refused.
#[derive(Debug, thiserror::Error)]
pub enum FollowLinkError {
    /// The client must wait.
    #[error(transparent)]
    RateLimited(#[from] RateLimited),
    /// The link is unknown, used or expired, or another account has taken the address that it proves.
    #[error("the link is unknown, used or expired")]
    LinkUnknown,
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A link is refused if another account has taken the address that it proves.
impl From<Conflict> for FollowLinkError {
    fn from(_: Conflict) -> Self {
        Self::LinkUnknown
    }
}

impl HasErrorCode for FollowLinkError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::RateLimited(limited) => limited.code(),
            Self::LinkUnknown => ErrorCode::LinkUnknown,
            Self::Store(error) => error.code(),
        }
    }
}

impl Accounts {
    /// What following a link would change, and of which account. Pass `None` for a text that is not a token.
    ///
    /// # Errors
    /// [`FollowLinkError::LinkUnknown`] if the link is refused; [`FollowLinkError::Store`] if the database fails.
    pub async fn look_at_link(
        &self,
        token: Option<&Token>,
    ) -> Result<LinkPreview, FollowLinkError> {
        let hash = token.map(Token::hash).ok_or(FollowLinkError::LinkUnknown)?;
        let now = self.clock.now();
        let found = self
            .store
            .read(move |reader| preview(reader, &hash, now))
            .await?;
        found.ok_or(FollowLinkError::LinkUnknown)
    }

    /// Follows a link that proves an address. A link works once. Pass `None` for a text that is not a token. If the
    /// link replaces a proved address, that address gets a notice in `language`.
    ///
    /// # Errors
    /// [`FollowLinkError`] says why the link is refused; nothing is changed then.
    pub async fn follow_link(
        &self,
        token: Option<Token>,
        source: &Source,
        language: Language,
    ) -> Result<Followed, FollowLinkError> {
        let ip = source.client.ip;
        self.doorkeeper.admit(ip, RateLimitedAction::FollowLink)?;
        let followed = self.follow(token, source, language).await;
        match &followed {
            Ok((Followed::AccountVerified, user_id)) => {
                self.doorkeeper
                    .record(SecurityEventKind::AccountVerified, Some(*user_id), ip);
            }
            Ok((Followed::EmailChanged, user_id)) => {
                self.doorkeeper
                    .record(SecurityEventKind::EmailChanged, Some(*user_id), ip);
            }
            Err(FollowLinkError::LinkUnknown) => {
                self.doorkeeper
                    .record(SecurityEventKind::LinkRefused, None, ip);
            }
            Err(_) => {}
        }
        followed.map(|(followed, _)| followed)
    }

    /// Follows a link, and returns the user to whom it belonged.
    async fn follow(
        &self,
        token: Option<Token>,
        source: &Source,
        language: Language,
    ) -> Result<(Followed, UserId), FollowLinkError> {
        let found = self.find_link(token.as_ref()).await?;
        let link = found.ok_or(FollowLinkError::LinkUnknown)?;
        let (user_id, now) = (link.user_id, self.clock.now());
        let ip = source.client.ip;
        let told = |action| AuditEvent::by_user(user_id, action, source, now);
        let (verified, changed) = (
            told(AuditAction::VerifyAccount),
            told(AuditAction::ChangeEmail),
        );
        let notice = self.draft_notice(MailKind::EmailChanged, (user_id, ip), language, now);
        let followed = self
            .store
            .transact(move |tx| {
                // A transaction that changes an account locks it first.
                let account = tx.users().lock(user_id)?.ok_or_else(unknown)?;
                if let AccountState::Disabled(_) = account.state {
                    return Err(unknown());
                }
                tx.links().consume(&link.hash, now)?.ok_or_else(unknown)?;
                let followed = take_effect(tx, &link, &notice, now)?;
                note_client(tx, user_id, ip, now)?;
                tx.audit().append(match followed {
                    Followed::AccountVerified => &verified,
                    Followed::EmailChanged => &changed,
                })?;
                Ok(followed)
            })
            .await?;
        self.session_check.invalidate(user_id);
        Ok((followed, user_id))
    }

    /// The link with this token, if it has not expired.
    pub(super) async fn find_link(
        &self,
        token: Option<&Token>,
    ) -> Result<Option<Link>, StoreError> {
        let Some(hash) = token.map(Token::hash) else {
            return Ok(None);
        };
        let now = self.clock.now();
        self.store
            .read(move |reader| reader.links().find(&hash, now))
            .await
    }
}

fn preview(
    reader: &mut dyn Reader,
    hash: &TokenHash,
    now: Timestamp,
) -> Result<Option<LinkPreview>, StoreError> {
    let Some(link) = reader.links().find(hash, now)? else {
        return Ok(None);
    };
    let present = reader.users().email_of(link.user_id)?;
    let address = match &link.purpose {
        LinkPurpose::ChangeEmail(to) => Some(to.clone()),
        LinkPurpose::VerifyAccount | LinkPurpose::ResetPassword => {
            present.map(|email| email.address().clone())
        }
    };
    let name = reader.users().name_of(link.user_id)?;
    Ok(address.map(|address| LinkPreview {
        purpose: link.purpose,
        name,
        address,
    }))
}

fn take_effect(
    tx: &mut dyn Transaction,
    link: &Link,
    notice: &NoticeDraft,
    now: Timestamp,
) -> Result<Followed, Abort<FollowLinkError>> {
    match &link.purpose {
        LinkPurpose::VerifyAccount => match tx.users().activate(link.user_id, now)? {
            true => Ok(Followed::AccountVerified),
            false => Err(unknown()),
        },
        LinkPurpose::ChangeEmail(email) => {
            change_email(tx, link.user_id, email, notice, now)?;
            Ok(Followed::EmailChanged)
        }
        LinkPurpose::ResetPassword => Err(unknown()),
    }
}

fn unknown() -> Abort<FollowLinkError> {
    Abort::Refused(FollowLinkError::LinkUnknown)
}

/// Changes the address, deletes all links mailed to the former address and notifies it.
fn change_email(
    tx: &mut dyn Transaction,
    user_id: UserId,
    email: &EmailAddress,
    notice: &NoticeDraft,
    now: Timestamp,
) -> Result<(), Abort<FollowLinkError>> {
    let former = tx.users().email_of(user_id)?;
    tx.users().release(None, Some(email), now)?;
    let changes = UserChanges {
        email: Some(AccountEmail::proved(email.clone(), now)),
        ..UserChanges::default()
    };
    tx.users().update(user_id, &changes)?.ok_or_else(unknown)?;
    tx.links().delete_all(user_id)?;
    Ok(notice.write(tx, former.as_ref())?)
}

//! Following a mailed link that proves an address.

use std::net::IpAddr;

use super::Accounts;
use super::draft_mail::NoticeDraft;
use crate::Timestamp;
use crate::error_code::{ErrorCode, HasErrorCode};
use crate::link::{Link, LinkPurpose};
use crate::mail::{Language, MailKind};
use crate::ports::{
    Abort, Conflict, RateLimited, RateLimitedAction, Reader, SecurityEventKind, StoreError,
    StoreExt, Transaction, UserChanges,
};
use crate::services::known_clients::note_client;
use crate::token::{Token, TokenHash};
use crate::user::{AccountEmail, EmailAddress, UserId, UserName};

/// What following a link did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Followed {
    /// The account is a user now.
    AccountVerified,
    /// The user has its new address now.
    EmailChanged,
}

/// A link, for whoever is asked whether to follow it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkPreview {
    /// What following it does.
    pub purpose: LinkPurpose,
    /// The name of its account; `None` where what is stored for it is none.
    pub name: Option<UserName>,
    /// The address that following it proves.
    pub address: EmailAddress,
}

/// Why a link did nothing.
#[derive(Debug, thiserror::Error)]
pub enum FollowLinkError {
    /// The abuse guard asks to wait.
    #[error(transparent)]
    RateLimited(#[from] RateLimited),
    /// It is unknown, used or expired, or another account took the address it was for.
    #[error("the link is unknown, used or expired")]
    LinkUnknown,
    /// The store could not do its work.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A link does nothing once another account has the address that it proves.
impl From<Conflict> for FollowLinkError {
    fn from(_: Conflict) -> Self {
        Self::LinkUnknown
    }
}

impl HasErrorCode for FollowLinkError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::RateLimited(blocked) => blocked.code(),
            Self::LinkUnknown => ErrorCode::LinkUnknown,
            Self::Store(error) => error.code(),
        }
    }
}

impl Accounts {
    /// What following a link will do, and to which account; `None` stands for a text that is no token at all. Looking at it
    /// changes nothing.
    ///
    /// # Errors
    /// [`FollowLinkError`], but for `RateLimited`.
    pub async fn look_at_link(
        &self,
        token: Option<&Token>,
    ) -> Result<LinkPreview, FollowLinkError> {
        let hash = token.map(Token::hash).ok_or(FollowLinkError::LinkUnknown)?;
        let now = self.clock.now();
        let store = &self.store;
        let found = store
            .read(move |reader| preview(reader, &hash, now))
            .await?;
        found.ok_or(FollowLinkError::LinkUnknown)
    }

    /// Follows a link that proves an address; `None` stands for a text that is no token at all. It works once. The
    /// address that another one takes the place of is told in this language, where it was proved.
    ///
    /// # Errors
    /// [`FollowLinkError`]; nothing was changed then.
    pub async fn follow_link(
        &self,
        token: Option<Token>,
        ip: Option<IpAddr>,
        language: Language,
    ) -> Result<Followed, FollowLinkError> {
        self.doorkeeper.admit(ip, RateLimitedAction::FollowLink)?;
        let followed = self.follow(token, ip, language).await;
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

    /// Follows a link, and answers whose it was.
    async fn follow(
        &self,
        token: Option<Token>,
        ip: Option<IpAddr>,
        language: Language,
    ) -> Result<(Followed, UserId), FollowLinkError> {
        let found = self.find_link(token.as_ref()).await?;
        let link = found.ok_or(FollowLinkError::LinkUnknown)?;
        let (user_id, now) = (link.user_id, self.clock.now());
        let notice = self.draft_notice(MailKind::EmailChanged, (user_id, ip), language, now);
        let followed = self
            .store
            .transact(move |tx| {
                // Whoever changes an account locks it first.
                tx.users().lock(user_id)?;
                done(tx.links().consume(&link.hash, now)?.is_some())?;
                let followed = take_effect(tx, &link, &notice, now)?;
                // Whoever reads the account's mail is at home there.
                note_client(tx, user_id, ip, now)?;
                Ok(followed)
            })
            .await?;
        self.session_check.invalidate(user_id);
        Ok((followed, user_id))
    }

    /// The link with this token, as it is now.
    pub(super) async fn find_link(
        &self,
        token: Option<&Token>,
    ) -> Result<Option<Link>, StoreError> {
        let Some(hash) = token.map(Token::hash) else {
            return Ok(None);
        };
        let now = self.clock.now();
        let store = &self.store;
        store.read(move |tx| tx.links().find(&hash, now)).await
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
        LinkPurpose::VerifyAccount => {
            done(tx.users().activate(link.user_id, now)?)?;
            Ok(Followed::AccountVerified)
        }
        LinkPurpose::ChangeEmail(email) => {
            change_email(tx, link.user_id, email, notice, now)?;
            Ok(Followed::EmailChanged)
        }
        LinkPurpose::ResetPassword => Err(Abort::Refused(FollowLinkError::LinkUnknown)),
    }
}

fn done(happened: bool) -> Result<(), Abort<FollowLinkError>> {
    match happened {
        true => Ok(()),
        false => Err(Abort::Refused(FollowLinkError::LinkUnknown)),
    }
}

/// Whoever read the mail of the former address has no link any more, and is told.
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
    done(tx.users().update(user_id, &changes)?.is_some())?;
    tx.links().delete_all(user_id)?;
    Ok(notice.write(tx, former.as_ref())?)
}

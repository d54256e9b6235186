//! Following a mailed link (`POST /account/verify`, and the page at `/verify`).

use std::net::IpAddr;

use super::Services;
use crate::Timestamp;
use crate::error_code::{Coded, ErrorCode};
use crate::link::{Link, LinkPurpose};
use crate::ports::{
    Abort, Attempt, Blocked, Conflict, StoreError, StoreExt, Transaction, UserChanges,
};
use crate::token::Token;
use crate::user::UserId;

/// What following a link did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Followed {
    /// The account is a user now.
    AccountVerified,
    /// The user has its new address now.
    EmailChanged,
}

/// Why a link did nothing.
#[derive(Debug, thiserror::Error)]
pub enum FollowLinkError {
    /// The abuse guard asks to wait.
    #[error(transparent)]
    Blocked(#[from] Blocked),
    /// It is unknown, used or expired, or another account took the address it was for.
    #[error("the link is unknown, used or expired")]
    LinkUnknown,
    /// The store could not do its work.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<Conflict> for FollowLinkError {
    fn from(_: Conflict) -> Self {
        Self::LinkUnknown
    }
}

impl Coded for FollowLinkError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::Blocked(blocked) => blocked.code(),
            Self::LinkUnknown => ErrorCode::LinkUnknown,
            Self::Store(error) => error.code(),
        }
    }
}

impl Services {
    /// Follows a link; `None` stands for a text that is no token at all. It works once.
    ///
    /// # Errors
    /// [`FollowLinkError`]; nothing was changed then.
    pub async fn follow_link(
        &self,
        token: Option<Token>,
        ip: Option<IpAddr>,
    ) -> Result<Followed, FollowLinkError> {
        self.ports.guard.admit(ip, Attempt::FollowLink)?;
        let hash = token.ok_or(FollowLinkError::LinkUnknown)?.hash();
        let now = self.ports.clock.now();
        let (user_id, followed) = self
            .ports
            .store
            .transact(move |tx| {
                let link = tx.links().consume(&hash, now)?;
                let link = link.ok_or(Abort::Refused(FollowLinkError::LinkUnknown))?;
                Ok((link.user_id, take_effect(tx, link, now)?))
            })
            .await?;
        self.ports.session_check.forget(user_id);
        Ok(followed)
    }
}

fn take_effect(
    tx: &mut dyn Transaction,
    link: Link,
    now: Timestamp,
) -> Result<Followed, Abort<FollowLinkError>> {
    match link.purpose {
        LinkPurpose::VerifyAccount => {
            done(tx.users().activate(link.user_id, now)?)?;
            Ok(Followed::AccountVerified)
        }
        LinkPurpose::ChangeEmail(email) => {
            done(change_email(tx, link.user_id, email, now)?)?;
            Ok(Followed::EmailChanged)
        }
    }
}

fn done(happened: bool) -> Result<(), Abort<FollowLinkError>> {
    match happened {
        true => Ok(()),
        false => Err(Abort::Refused(FollowLinkError::LinkUnknown)),
    }
}

fn change_email(
    tx: &mut dyn Transaction,
    user_id: UserId,
    email: crate::user::EmailAddress,
    now: Timestamp,
) -> Result<bool, Abort<FollowLinkError>> {
    tx.users().release(None, Some(&email), now)?;
    let changes = UserChanges {
        email: Some(email),
        ..UserChanges::default()
    };
    Ok(tx.users().update(user_id, &changes)?.is_some())
}

//! Setting a new password by a mailed link.

use std::net::IpAddr;

use super::Accounts;
use crate::error_code::{ErrorCode, HasErrorCode};
use crate::link::LinkPurpose;
use crate::mail::{Language, MailKind};
use crate::ports::{
    Abort, HashError, RateLimited, RateLimitedAction, SecurityEventKind, StoreError, StoreExt,
    UserChanges,
};
use crate::services::known_clients::note_client;
use crate::services::surplus_sessions::revoke_surplus_sessions;
use crate::token::Token;
use crate::user::{AccountState, NewPassword, User, UserName};

/// Why a password was not set.
#[derive(Debug, thiserror::Error)]
pub enum ResetPasswordError {
    /// The abuse guard asks to wait.
    #[error(transparent)]
    RateLimited(#[from] RateLimited),
    /// The link is unknown, used or expired, or one of another purpose.
    #[error("the link is unknown, used or expired")]
    LinkUnknown,
    /// The password could not be hashed.
    #[error(transparent)]
    Hash(#[from] HashError),
    /// The store could not do its work.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl HasErrorCode for ResetPasswordError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::RateLimited(blocked) => blocked.code(),
            Self::LinkUnknown => ErrorCode::LinkUnknown,
            Self::Hash(error) => error.code(),
            Self::Store(error) => error.code(),
        }
    }
}

impl Accounts {
    /// Sets the password of the link's account and answers whose it is; `None` stands for a text that is no token at all.
    ///
    /// Whoever reads the account's mail owns it from now on, and its client is known to the account: every session ends, no link
    /// mailed before works any more, its address is proved and told in this language, and an account that waited for verification is
    /// a user. Where what is stored for its name is none, it gets one.
    ///
    /// # Errors
    /// [`ResetPasswordError`]; nothing was changed then, and the link works as before.
    pub async fn reset_password(
        &self,
        token: Option<Token>,
        password: NewPassword,
        ip: Option<IpAddr>,
        language: Language,
    ) -> Result<User, ResetPasswordError> {
        self.doorkeeper.admit(ip, RateLimitedAction::FollowLink)?;
        let reset = self.reset_by_link(token, password, ip, language).await;
        match &reset {
            Ok(user) => self
                .doorkeeper
                .record(SecurityEventKind::PasswordReset, Some(user.id), ip),
            Err(ResetPasswordError::LinkUnknown) => {
                self.doorkeeper
                    .record(SecurityEventKind::LinkRefused, None, ip);
            }
            Err(_) => {}
        }
        reset
    }

    async fn reset_by_link(
        &self,
        token: Option<Token>,
        password: NewPassword,
        ip: Option<IpAddr>,
        language: Language,
    ) -> Result<User, ResetPasswordError> {
        let link = self
            .find_link(token.as_ref())
            .await?
            .filter(|link| link.purpose == LinkPurpose::ResetPassword)
            .ok_or(ResetPasswordError::LinkUnknown)?;
        let password_hash = self.hasher.hash(ip, password.into_password()).await?;
        let changes = UserChanges {
            password_hash: Some(password_hash),
            ..UserChanges::default()
        };
        let (user_id, now) = (link.user_id, self.clock.now());
        revoke_surplus_sessions(&self.store, &*self.session_check, user_id, None).await?;
        let notice = self.draft_notice(MailKind::PasswordChanged, (user_id, ip), language, now);
        let substitute = self.substitute_name();
        let user = self
            .store
            .transact(move |tx| {
                let unknown = || Abort::Refused(ResetPasswordError::LinkUnknown);
                let credential = tx.users().lock(user_id)?.ok_or_else(unknown)?;
                tx.links().consume(&link.hash, now)?.ok_or_else(unknown)?;
                match credential.state {
                    AccountState::Active => {}
                    AccountState::Pending { .. } if tx.users().activate(user_id, now)? => {}
                    AccountState::Pending { .. } => return Err(unknown()),
                }
                tx.links().delete_all(user_id)?;
                note_client(tx, user_id, ip, now)?;
                tx.sessions().revoke_all(user_id, None)?;
                tx.users().prove_email(user_id, now)?;
                let mut changes = changes.clone();
                if tx.users().name_of(user_id)?.is_none() {
                    // Nobody could log in with it.
                    changes.name = substitute.clone();
                }
                let user = tx.users().update(user_id, &changes);
                let user = user.map_err(StoreError::from)?.ok_or_else(unknown)?;
                notice.write(tx, user.email.as_ref())?;
                Ok(user)
            })
            .await?;
        self.session_check.invalidate(user_id);
        Ok(user)
    }

    /// A name for an account whose own cannot be read. Nobody can have taken it beforehand.
    fn substitute_name(&self) -> Option<UserName> {
        let random = self.entropy.u64() & 0xffff_ffff_ffff;
        UserName::parse(&format!("user-{random:012x}")).ok()
    }
}

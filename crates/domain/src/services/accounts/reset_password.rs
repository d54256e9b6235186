//! Setting a new password by a mailed link.

use super::{Accounts, PasswordGuessable};
use crate::audit::{AuditAction, AuditEvent, Source};
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

/// Why a password is not set.
#[derive(Debug, thiserror::Error)]
pub enum ResetPasswordError {
    /// The client must wait.
    #[error(transparent)]
    RateLimited(#[from] RateLimited),
    /// The link is unknown, used or expired, or has another purpose.
    #[error("the link is unknown, used or expired")]
    LinkUnknown,
    /// The new password is one that is guessed first.
    #[error(transparent)]
    PasswordGuessable(#[from] PasswordGuessable),
    /// The password could not be hashed.
    #[error(transparent)]
    Hash(#[from] HashError),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl HasErrorCode for ResetPasswordError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::RateLimited(limited) => limited.code(),
            Self::LinkUnknown => ErrorCode::LinkUnknown,
            Self::PasswordGuessable(error) => error.code(),
            Self::Hash(error) => error.code(),
            Self::Store(error) => error.code(),
        }
    }
}

impl Accounts {
    /// Sets the password of the link's account, and returns the account. Pass `None` for a text that is not a token.
    ///
    /// The reader of the account's mail now owns the account. So every session is revoked, every other link is deleted,
    /// the address is proved and gets a notice in `language`, the client becomes known to the account, and a waiting
    /// account becomes active. If the stored name is invalid, the account gets a substitute.
    ///
    /// # Errors
    /// [`ResetPasswordError`] says why the password is not set; nothing is changed then, and the link still works.
    pub async fn reset_password(
        &self,
        token: Option<Token>,
        password: NewPassword,
        source: &Source,
        language: Language,
    ) -> Result<User, ResetPasswordError> {
        let ip = source.client.ip;
        self.doorkeeper.admit(ip, RateLimitedAction::FollowLink)?;
        let reset = self.reset_by_link(token, password, source, language).await;
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
        source: &Source,
        language: Language,
    ) -> Result<User, ResetPasswordError> {
        let ip = source.client.ip;
        let link = self
            .find_link(token.as_ref())
            .await?
            .filter(|link| link.purpose == LinkPurpose::ResetPassword)
            .ok_or(ResetPasswordError::LinkUnknown)?;
        self.admit_new_password_of(link.user_id, &password)
            .await??;
        let password_hash = self.hasher.hash(ip, password.into_password()).await?;
        let changes = UserChanges {
            password_hash: Some(password_hash),
            ..UserChanges::default()
        };
        let (user_id, now) = (link.user_id, self.clock.now());
        revoke_surplus_sessions(&self.store, &*self.session_check, user_id, None).await?;
        let notice = self.draft_notice(MailKind::PasswordChanged, (user_id, ip), language, now);
        let substitute = self.substitute_name();
        let told = |action| AuditEvent::by_user(user_id, action, source, now);
        let reset = told(AuditAction::ResetPassword);
        let verified = told(AuditAction::VerifyAccount);
        let renamed = told(AuditAction::ChangeName);
        let user = self
            .store
            .transact(move |tx| {
                let unknown = || Abort::Refused(ResetPasswordError::LinkUnknown);
                let credential = tx.users().lock(user_id)?.ok_or_else(unknown)?;
                tx.links().consume(&link.hash, now)?.ok_or_else(unknown)?;
                match credential.state {
                    AccountState::Active => {}
                    AccountState::Pending { .. } if tx.users().activate(user_id, now)? => {
                        tx.audit().append(&verified)?;
                    }
                    AccountState::Pending { .. } | AccountState::Disabled(_) => {
                        return Err(unknown());
                    }
                }
                tx.links().delete_all(user_id)?;
                note_client(tx, user_id, ip, now)?;
                tx.sessions().revoke_all(user_id, None)?;
                tx.users().prove_email(user_id, now)?;
                let mut changes = changes.clone();
                if tx.users().name_of(user_id)?.is_none() {
                    // Nobody could log in with an invalid name.
                    changes.name.clone_from(&substitute);
                    tx.audit().append(&renamed)?;
                }
                let user = tx.users().update(user_id, &changes);
                let user = user.map_err(StoreError::from)?.ok_or_else(unknown)?;
                notice.write(tx, user.email.as_ref())?;
                tx.audit().append(&reset)?;
                Ok(user)
            })
            .await?;
        self.session_check.invalidate(user_id);
        Ok(user)
    }

    /// A name for an account whose stored name is invalid. It is random, so nobody can have taken it on purpose.
    fn substitute_name(&self) -> Option<UserName> {
        let random = self.entropy.u64() & 0xffff_ffff_ffff;
        UserName::parse(&format!("user-{random:012x}")).ok()
    }
}

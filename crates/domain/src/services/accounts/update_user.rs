//! Changing the caller's account.

use std::net::IpAddr;

use super::address_names::expect_nobodys_address;
use super::live_caller::lock_live_caller;
use super::{Accounts, CurrentPasswordError, PasswordGuessable};
use crate::Timestamp;
use crate::audit::{AuditAction, AuditEvent, Source};
use crate::error_code::{ErrorCode, HasErrorCode};
use crate::factor::GivenCode;
use crate::mail::{Language, MailKind};
use crate::mutants::Mutant;
use crate::ports::{
    Abort, Conflict, HashError, RateLimited, RateLimitedAction, SecurityEventKind, StoreError,
    StoreExt, Transaction, UserChanges,
};
use crate::services::audit_trail::RationedEvent;
use crate::services::second_factor::{FactorProof, SecondFactorError};
use crate::services::surplus_sessions::revoke_surplus_sessions;
use crate::session::{LiveSession, SessionId};
use crate::user::{
    Change, EmailAddress, GivenPassword, Icon, NewPassword, PasswordHash, Status, User, UserId,
    UserName,
};

/// A request to change an account. Either all changes are made or none.
#[derive(Default)]
pub struct UserUpdate {
    /// Where the request comes from.
    pub source: Source,
    /// The current password. The rules may ask for it where the name, the password or the address changes.
    pub current_password: Option<GivenPassword>,
    /// The code of a second factor. A user who has one needs it to change the password or the address.
    pub code: Option<GivenCode>,
    /// A new name, or the same name in another case.
    pub name: Option<UserName>,
    /// A new password. It revokes every other session of the user.
    pub password: Option<NewPassword>,
    /// A new address. It takes effect when the link mailed to it is followed.
    pub email: Option<EmailAddress>,
    /// The icon.
    pub icon: Change<Icon>,
    /// The status.
    pub status: Change<Status>,
}

/// Why a change is refused.
#[derive(Debug, thiserror::Error)]
pub enum UpdateUserError {
    /// The client must wait.
    #[error(transparent)]
    RateLimited(#[from] RateLimited),
    /// The current password is missing or wrong, or could not be compared.
    #[error(transparent)]
    CurrentPassword(#[from] CurrentPasswordError),
    /// The code of the second factor is missing, wrong or used.
    #[error(transparent)]
    SecondFactor(#[from] SecondFactorError),
    /// The session that asked was revoked in the meantime.
    #[error("the session is revoked")]
    SessionRevoked,
    /// Another account has the name.
    #[error("the name is taken")]
    NameTaken,
    /// Another account has the address.
    #[error("the e-mail address is taken")]
    EmailTaken,
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

impl From<Conflict> for UpdateUserError {
    fn from(conflict: Conflict) -> Self {
        match conflict {
            Conflict::Name => Self::NameTaken,
            Conflict::Email => Self::EmailTaken,
        }
    }
}

impl HasErrorCode for UpdateUserError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::RateLimited(limited) => limited.code(),
            Self::CurrentPassword(error) => error.code(),
            Self::SecondFactor(error) => error.code(),
            Self::SessionRevoked => ErrorCode::TokenInvalid,
            Self::NameTaken => ErrorCode::NameTaken,
            Self::EmailTaken => ErrorCode::EmailTaken,
            Self::PasswordGuessable(error) => error.code(),
            Self::Hash(error) => error.code(),
            Self::Store(error) => error.code(),
        }
    }
}

impl Accounts {
    /// Changes the caller's account, and returns the changed account. If the password or the address changes, the
    /// account's proved address gets a notice in `language`.
    ///
    /// # Errors
    /// [`UpdateUserError`] says why the change is refused; nothing is changed then.
    pub async fn update_user(
        &self,
        caller: &LiveSession,
        update: UserUpdate,
        language: Language,
    ) -> Result<User, UpdateUserError> {
        let UserUpdate {
            source,
            current_password,
            code,
            name,
            password,
            email,
            icon,
            status,
        } = update;
        let ip = source.client.ip;
        let takes_over = name.is_some() || password.is_some() || email.is_some();
        let current_password = match takes_over {
            true => self.current_password.ask(current_password),
            false => Ok(None),
        }
        .map_err(CurrentPasswordError::from)?;
        if password.is_some() || email.is_some() {
            let attempt = RateLimitedAction::ChangeCredential(caller.user.id);
            self.doorkeeper.admit(ip, attempt)?;
        }
        if let Some(password) = &password {
            self.blocklist.admit(password, &name, &email)?;
            self.admit_new_password_of(caller.user.id, password)
                .await??;
        }
        let confirmation = self.confirm(caller, current_password, &source).await?;
        let needs_code = password.is_some() || email.is_some();
        let proof = match needs_code {
            true => Some(self.prove(caller, &source, code).await?),
            false => None,
        };
        let new_password = password
            .as_ref()
            .map(|_| SecurityEventKind::PasswordChanged);
        let changes = UserChanges {
            name,
            password_hash: self.hash_changed_password(password, ip).await?,
            email: None,
            icon,
            status,
        };
        let caller_ids @ (user_id, session_id) = (caller.user.id, caller.session_id());
        let now = self.clock.now();
        let kind = MailKind::PasswordChanged;
        let password_changed = self.draft_notice(kind, (user_id, ip), language, now);
        let email_change =
            email.map(|to| self.draft_email_change(caller, &source, to, language, now));
        let told = self.draft_events(caller, &source, now);
        if changes.password_hash.is_some() {
            revoke_surplus_sessions(&self.store, &*self.session_check, user_id, Some(session_id))
                .await?;
        }
        let (user, new_email) = self
            .store
            .transact(move |tx| {
                // The session may have been revoked while the password was hashed.
                let revoked = UpdateUserError::SessionRevoked;
                let account = lock_live_caller(tx, caller_ids, now, revoked)?;
                confirmation.check(&account)?;
                if let Some(proof) = proof {
                    spend(proof, tx, user_id)?;
                }
                let is_renamed =
                    changes.name.is_some() && changes.name != tx.users().name_of(user_id)?;
                tx.users().release(changes.name.as_ref(), None, now)?;
                if let Some(name) = &changes.name {
                    expect_nobodys_address(tx, name, user_id)?;
                }
                let user = tx
                    .users()
                    .update(user_id, &changes)?
                    .ok_or(Abort::Refused(UpdateUserError::SessionRevoked))?;
                if is_renamed {
                    told.name.write(tx)?;
                }
                if changes.password_hash.is_some() {
                    tx.audit().append(&told.password)?;
                    revoke_after_password_change(tx, caller_ids, now)?;
                    password_changed.write(tx, user.email.as_ref())?;
                }
                let new_email = match &email_change {
                    Some(email_change) => email_change.write(tx, &user)?,
                    None => None,
                };
                Ok((user, new_email))
            })
            .await?;
        self.session_check.invalidate(user_id);
        for kind in new_password.into_iter().chain(new_email) {
            self.doorkeeper.record(kind, Some(user_id), ip);
        }
        Ok(user)
    }

    async fn prove(
        &self,
        caller: &LiveSession,
        source: &Source,
        code: Option<GivenCode>,
    ) -> Result<FactorProof, SecondFactorError> {
        let check = self.factor_check(caller.session_id(), self.clock.now());
        check.prove(caller.user.id, source, code.as_ref()).await
    }

    async fn hash_changed_password(
        &self,
        password: Option<NewPassword>,
        ip: Option<IpAddr>,
    ) -> Result<Option<PasswordHash>, UpdateUserError> {
        let Some(password) = password else {
            return Ok(None);
        };
        let hash = self.hasher.hash(ip, password.into_password()).await?;
        Ok(Some(hash))
    }

    fn draft_events(&self, caller: &LiveSession, source: &Source, now: Timestamp) -> Told {
        let told = |action| AuditEvent::by_caller(caller, action, source, now);
        Told {
            name: RationedEvent::new(&self.doorkeeper, told(AuditAction::ChangeName)),
            password: told(AuditAction::ChangePassword),
        }
    }
}

/// The events of a change, of which some may not happen.
struct Told {
    name: RationedEvent,
    password: AuditEvent,
}

fn spend(
    proof: FactorProof,
    tx: &mut dyn Transaction,
    user_id: UserId,
) -> Result<(), Abort<UpdateUserError>> {
    match proof.spend(tx, user_id)? {
        Some(refusal) => Err(Abort::Refused(refusal.into())),
        None => Ok(()),
    }
}

/// Revokes every other session and cancels a pending change of address, so that somebody who knew the old password
/// keeps nothing. Links that set a password stay: otherwise somebody who is logged in could delete them again and
/// again, and the owner of the address could not recover the account.
fn revoke_after_password_change(
    tx: &mut dyn Transaction,
    (user_id, session_id): (UserId, SessionId),
    now: Timestamp,
) -> Result<(), StoreError> {
    match Mutant::PasswordChangeTakesResetLinks.is_on() {
        true => tx.links().delete_all(user_id)?,
        false => {
            tx.links().delete_email_changes(user_id, now)?;
        }
    }
    if !Mutant::PasswordChangeKeepsSessions.is_on() {
        tx.sessions().revoke_all(user_id, Some(session_id))?;
    }
    Ok(())
}

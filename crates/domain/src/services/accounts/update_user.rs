//! Changing the caller's account.

use std::net::IpAddr;

use super::address_names::expect_nobodys_address;
use super::live_caller::lock_live_caller;
use super::{Accounts, CurrentPasswordError, PasswordGuessable};
use crate::Timestamp;
use crate::error_code::{ErrorCode, HasErrorCode};
use crate::factor::GivenCode;
use crate::link::{Link, LinkPurpose};
use crate::mail::{Language, MailKind, OutgoingMail};
use crate::mutants::Mutant;
use crate::ports::{
    Abort, Conflict, HashError, RateLimited, RateLimitedAction, SecurityEventKind, StoreError,
    StoreExt, Transaction, UserChanges,
};
use crate::services::mail_permit::MailPermit;
use crate::services::notice::NoticeDraft;
use crate::services::second_factor::{FactorProof, SecondFactorError};
use crate::services::surplus_sessions::revoke_surplus_sessions;
use crate::session::{Client, LiveSession, SessionId};
use crate::user::{
    AccountEmail, Change, EmailAddress, Icon, NewPassword, Password, PasswordHash, Status, User,
    UserId, UserName,
};

/// A request to change an account. Either all changes are made or none.
#[derive(Default)]
pub struct UserUpdate {
    /// The client that asks.
    pub client: Client,
    /// The current password. The rules may ask for it where the name, the password or the address changes.
    pub current_password: Option<Password>,
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
            client,
            current_password,
            code,
            name,
            password,
            email,
            icon,
            status,
        } = update;
        let takes_over = name.is_some() || password.is_some() || email.is_some();
        let current_password = match takes_over {
            true => self.current_password.ask(current_password),
            false => Ok(None),
        }
        .map_err(CurrentPasswordError::from)?;
        if password.is_some() || email.is_some() {
            let attempt = RateLimitedAction::ChangeCredential(caller.user.id);
            self.doorkeeper.admit(client.ip, attempt)?;
        }
        if let Some(password) = &password {
            self.blocklist.admit(password, &name, &email)?;
            self.admit_new_password_of(caller.user.id, password)
                .await??;
        }
        let confirmation = self
            .confirm(caller.user.id, current_password, client.ip)
            .await?;
        let needs_code = password.is_some() || email.is_some();
        let proof = match needs_code {
            true => Some(self.prove(caller.user.id, client.ip, code).await?),
            false => None,
        };
        let changed = [
            password
                .as_ref()
                .map(|_| SecurityEventKind::PasswordChanged),
            email
                .as_ref()
                .map(|_| SecurityEventKind::EmailChangeRequested),
        ];
        let changes = UserChanges {
            name,
            password_hash: self.hash_changed_password(password, &client).await?,
            email: None,
            icon,
            status,
        };
        let caller_ids @ (user_id, session_id) = (caller.user.id, caller.session_id());
        let now = self.clock.now();
        let password_changed = self.draft_notice(
            MailKind::PasswordChanged,
            (user_id, client.ip),
            language,
            now,
        );
        let email_change =
            email.map(|to| self.draft_email_change((user_id, client.ip), to, language, now));
        if changes.password_hash.is_some() {
            revoke_surplus_sessions(&self.store, &*self.session_check, user_id, Some(session_id))
                .await?;
        }
        let user = self
            .store
            .transact(move |tx| {
                // The session may have been revoked while the password was hashed.
                let revoked = UpdateUserError::SessionRevoked;
                let account = lock_live_caller(tx, caller_ids, now, revoked)?;
                confirmation.check(&account)?;
                if let Some(proof) = proof {
                    spend(proof, tx, user_id)?;
                }
                tx.users().release(changes.name.as_ref(), None, now)?;
                if let Some(name) = &changes.name {
                    expect_nobodys_address(tx, name, user_id)?;
                }
                let user = tx
                    .users()
                    .update(user_id, &changes)?
                    .ok_or(Abort::Refused(UpdateUserError::SessionRevoked))?;
                if changes.password_hash.is_some() {
                    revoke_after_password_change(tx, caller_ids, now)?;
                    password_changed.write(tx, user.email.as_ref())?;
                }
                if let Some(email_change) = &email_change {
                    email_change.write(tx, &user)?;
                }
                Ok(user)
            })
            .await?;
        self.session_check.invalidate(user_id);
        for kind in changed.into_iter().flatten() {
            self.doorkeeper.record(kind, Some(user_id), client.ip);
        }
        Ok(user)
    }

    async fn prove(
        &self,
        user_id: UserId,
        ip: Option<IpAddr>,
        code: Option<GivenCode>,
    ) -> Result<FactorProof, SecondFactorError> {
        let check = self.factor_check(self.clock.now());
        check.prove(user_id, ip, code.as_ref()).await
    }

    async fn hash_changed_password(
        &self,
        password: Option<NewPassword>,
        client: &Client,
    ) -> Result<Option<PasswordHash>, UpdateUserError> {
        let Some(password) = password else {
            return Ok(None);
        };
        let hash = self
            .hasher
            .hash(client.ip, password.into_password())
            .await?;
        Ok(Some(hash))
    }

    fn draft_email_change(
        &self,
        (user_id, ip): (UserId, Option<IpAddr>),
        to: EmailAddress,
        language: Language,
        now: Timestamp,
    ) -> EmailChange {
        let link = self.draft_link(user_id, LinkPurpose::ChangeEmail(to.clone()), now);
        let mail = self.draft_mail(&link, MailKind::ConfirmEmail, to, language, now);
        let notice =
            self.draft_notice(MailKind::EmailChangeRequested, (user_id, ip), language, now);
        EmailChange {
            link,
            mail,
            permit: self.mail_permit(user_id, ip),
            notice,
        }
    }
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

/// A change of address to be confirmed: the link that confirms it, the message that carries the link, and the notice to
/// the current address.
struct EmailChange {
    link: Link,
    mail: OutgoingMail,
    permit: MailPermit,
    notice: NoticeDraft,
}

impl EmailChange {
    /// Replaces an earlier change of address by this one; refuses an address that another account has. If the user has
    /// already proved this very address, only the earlier change is cancelled. If the user has it unproved, it gets a
    /// link that proves it.
    fn write(&self, tx: &mut dyn Transaction, user: &User) -> Result<(), Abort<UpdateUserError>> {
        let to = &self.mail.to;
        let replaced = tx
            .links()
            .delete_email_changes(user.id, self.mail.created_at)?;
        let proved = user.email.as_ref().and_then(AccountEmail::proved_address);
        if proved == Some(to) {
            return Ok(());
        }
        match tx.users().find_by_email(to, self.mail.created_at)? {
            Some(holder) if holder.user_id != user.id => {
                Err(Abort::Refused(UpdateUserError::EmailTaken))
            }
            _ => {
                let admitted = self.permit.ask(RateLimitedAction::Mail(to));
                admitted.map_err(|limited| Abort::Refused(limited.into()))?;
                tx.links().insert(&self.link)?;
                tx.outbox().enqueue(&self.mail)?;
                // A series of changes causes one notice.
                if replaced == 0 {
                    self.notice.write(tx, user.email.as_ref())?;
                }
                Ok(())
            }
        }
    }
}

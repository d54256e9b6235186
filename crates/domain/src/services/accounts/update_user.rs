//! Changing one's account.

use std::net::IpAddr;

use super::Accounts;
use super::draft_mail::NoticeDraft;
use super::mail_permit::MailPermit;
use crate::Timestamp;
use crate::error_code::{ErrorCode, HasErrorCode};
use crate::link::{Link, LinkPurpose};
use crate::mail::{Language, MailKind, OutgoingMail};
use crate::ports::{
    Abort, Conflict, HashError, RateLimited, RateLimitedAction, SecurityEventKind, StoreError,
    StoreExt, Transaction, UserChanges,
};
use crate::services::surplus_sessions::revoke_surplus_sessions;
use crate::session::{Client, LiveSession, SessionId};
use crate::user::{
    AccountEmail, Change, EmailAddress, Icon, NewPassword, PasswordHash, Status, User, UserId,
    UserName,
};

/// What somebody wants to change; all of it happens, or none.
#[derive(Default)]
pub struct UserUpdate {
    /// Where the request came from.
    pub client: Client,
    /// A new name, or the old one in another case.
    pub name: Option<UserName>,
    /// A new password; ends every other session of the user.
    pub password: Option<NewPassword>,
    /// A new address; takes effect once the link mailed to it is followed.
    pub email: Option<EmailAddress>,
    /// The icon.
    pub icon: Change<Icon>,
    /// The status.
    pub status: Change<Status>,
}

/// Why a change is refused.
#[derive(Debug, thiserror::Error)]
pub enum UpdateUserError {
    /// The abuse guard asks to wait.
    #[error(transparent)]
    RateLimited(#[from] RateLimited),
    /// The session that asked has ended meanwhile.
    #[error("the session has ended")]
    SessionEnded,
    /// Another account has the name.
    #[error("the name is taken")]
    NameTaken,
    /// Another account has the address.
    #[error("the e-mail address is taken")]
    EmailTaken,
    /// The password could not be hashed.
    #[error(transparent)]
    Hash(#[from] HashError),
    /// The store could not do its work.
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
            Self::RateLimited(blocked) => blocked.code(),
            Self::SessionEnded => ErrorCode::TokenInvalid,
            Self::NameTaken => ErrorCode::NameTaken,
            Self::EmailTaken => ErrorCode::EmailTaken,
            Self::Hash(error) => error.code(),
            Self::Store(error) => error.code(),
        }
    }
}

impl Accounts {
    /// Changes the caller's account and answers it as it is then. The address it has is told in this language, where that was
    /// proved.
    ///
    /// # Errors
    /// [`UpdateUserError`]; nothing was changed then.
    pub async fn update_user(
        &self,
        caller: &LiveSession,
        update: UserUpdate,
        language: Language,
    ) -> Result<User, UpdateUserError> {
        let UserUpdate {
            client,
            name,
            password,
            email,
            icon,
            status,
        } = update;
        if password.is_some() || email.is_some() {
            let attempt = RateLimitedAction::ChangeCredential(caller.user.id);
            self.doorkeeper.admit(client.ip, attempt)?;
        }
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
                // Whoever lost the session while the password was hashed may no longer change it.
                tx.users().lock(user_id)?;
                if !tx.sessions().is_live(session_id, now)? {
                    return Err(Abort::Refused(UpdateUserError::SessionEnded));
                }
                tx.users().release(changes.name.as_ref(), None, now)?;
                let user = tx
                    .users()
                    .update(user_id, &changes)?
                    .ok_or(Abort::Refused(UpdateUserError::SessionEnded))?;
                if changes.password_hash.is_some() {
                    revoke_what_the_old_password_began(tx, caller_ids, now)?;
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

/// Whoever knew the old password keeps nothing: no other session, and no change of address on its way. Links that set a
/// password stay: else whoever is logged in could take them from the owner of the address, again and again.
fn revoke_what_the_old_password_began(
    tx: &mut dyn Transaction,
    (user_id, session_id): (UserId, SessionId),
    now: Timestamp,
) -> Result<(), StoreError> {
    tx.links().delete_email_changes(user_id, now)?;
    tx.sessions().revoke_all(user_id, Some(session_id))?;
    Ok(())
}

/// A changed address on its way: the link that confirms it, the message that carries the link, and the one that tells the
/// present address.
struct EmailChange {
    link: Link,
    mail: OutgoingMail,
    permit: MailPermit,
    notice: NoticeDraft,
}

impl EmailChange {
    /// Writes it in place of any earlier one, unless the user has proved that very address or another has it. An address
    /// that the user has and never proved is mailed a link that proves it.
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
                admitted.map_err(|blocked| Abort::Refused(blocked.into()))?;
                tx.links().insert(&self.link)?;
                tx.outbox().enqueue(&self.mail)?;
                // Once for all changes that follow each other.
                if replaced == 0 {
                    self.notice.write(tx, user.email.as_ref())?;
                }
                Ok(())
            }
        }
    }
}

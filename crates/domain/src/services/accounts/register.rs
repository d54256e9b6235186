//! Registering a user who is active at once.

use super::Accounts;
use crate::Timestamp;
use crate::error_code::{ErrorCode, HasErrorCode};
use crate::ports::{
    Conflict, HashError, NewUser, RateLimited, RateLimitedAction, StoreError, StoreExt,
};
use crate::services::known_clients::note_client;
use crate::services::session_issuer::{IssuedSession, SessionDraft};
use crate::session::{Client, SessionTerms};
use crate::user::{AccountEmail, EmailAddress, NewPassword, PasswordHash, User, UserId, UserName};

/// A request to register.
pub struct Registration {
    /// The name wanted.
    pub name: UserName,
    /// The address, if the dialect asks for one.
    pub email: Option<EmailAddress>,
    /// The password wanted.
    pub password: NewPassword,
    /// The client that asks.
    pub client: Client,
}

/// Why a registration is refused.
#[derive(Debug, thiserror::Error)]
pub enum RegisterError {
    /// The client must wait.
    #[error(transparent)]
    RateLimited(#[from] RateLimited),
    /// Another account has the name. The address may be taken, too.
    #[error("the name is taken")]
    NameTaken,
    /// Another account has the address. The name is free.
    #[error("the e-mail address is taken")]
    EmailTaken,
    /// The password could not be hashed.
    #[error(transparent)]
    Hash(#[from] HashError),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<Conflict> for RegisterError {
    fn from(conflict: Conflict) -> Self {
        match conflict {
            Conflict::Name => Self::NameTaken,
            Conflict::Email => Self::EmailTaken,
        }
    }
}

impl HasErrorCode for RegisterError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::RateLimited(limited) => limited.code(),
            Self::NameTaken => ErrorCode::NameTaken,
            Self::EmailTaken => ErrorCode::EmailTaken,
            Self::Hash(error) => error.code(),
            Self::Store(error) => error.code(),
        }
    }
}

impl Accounts {
    /// Registers a user and logs it in.
    ///
    /// # Errors
    /// [`RegisterError`] says why the registration is refused; nothing is changed then.
    pub async fn register(
        &self,
        registration: Registration,
        terms: SessionTerms,
    ) -> Result<IssuedSession, RegisterError> {
        let Registration {
            name,
            email,
            password,
            client,
        } = registration;
        let password_hash = self.hash_new_password(password, &client).await?;
        let now = self.clock.now();
        let wanted_email = email.clone();
        let new = self.new_user(name, email, password_hash, None, now);
        let user = new.user.clone();
        let SessionDraft {
            session,
            row,
            token,
        } = self.issuer.draft(user.id, terms, client, now);
        let expires_at = row.expires_at;
        self.store
            .transact::<_, RegisterError>(move |tx| {
                let wanted = &new.user;
                tx.users()
                    .release(Some(&wanted.name), wanted_email.as_ref(), now)?;
                tx.users().insert(&new)?;
                tx.sessions().insert(&session, &row)?;
                Ok(note_client(tx, wanted.id, session.client.ip, now)?)
            })
            .await?;
        Ok(IssuedSession {
            user,
            token,
            expires_at,
        })
    }

    /// Counts the attempt and hashes the password of a new account.
    pub(super) async fn hash_new_password(
        &self,
        password: NewPassword,
        client: &Client,
    ) -> Result<PasswordHash, RegisterError> {
        self.doorkeeper
            .admit(client.ip, RateLimitedAction::Register)?;
        Ok(self
            .hasher
            .hash(client.ip, password.into_password())
            .await?)
    }

    /// A new account. The caller writes it.
    pub(super) fn new_user(
        &self,
        name: UserName,
        email: Option<EmailAddress>,
        password_hash: PasswordHash,
        waits_until: Option<Timestamp>,
        now: Timestamp,
    ) -> NewUser {
        NewUser {
            user: User {
                id: UserId::new(self.entropy.uuid()),
                name,
                email: email.map(AccountEmail::claimed),
                icon: None,
                status: None,
                created_at: now,
            },
            password_hash,
            waits_until,
        }
    }
}

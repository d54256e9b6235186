//! Registering a user who is active at once, unless every address must be proved.

use super::address_names::expect_nobodys_address;
use super::{AccountRequest, Accounts, PasswordGuessable};
use crate::Timestamp;
use crate::audit::{AuditAction, AuditEvent, Source};
use crate::error_code::{ErrorCode, HasErrorCode};
use crate::invite::InviteCode;
use crate::mail::Language;
use crate::ports::{Conflict, HashError, NewUser, RateLimited, StoreError, StoreExt};
use crate::registration::EmailProof;
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
    /// The code of an invitation, if one was given.
    pub invite: Option<InviteCode>,
    /// Where the request comes from.
    pub source: Source,
    /// The language of a message.
    pub language: Language,
}

/// What came of a registration.
pub enum Registered {
    /// The user is logged in.
    LoggedIn(IssuedSession),
    /// The account waits until its address is verified. The link is on its way.
    Waiting,
}

/// Why a registration is refused.
#[derive(Debug, thiserror::Error)]
pub enum RegisterError {
    /// The client must wait.
    #[error(transparent)]
    RateLimited(#[from] RateLimited),
    /// Nobody may register.
    #[error("registration is closed")]
    Closed,
    /// An invitation is needed, and none was given.
    #[error("registering needs an invitation")]
    InviteMissing,
    /// The invitation is unknown, expired or used up.
    #[error("the invitation does not work")]
    InviteInvalid,
    /// The rules ask for an address at certain domains.
    #[error("registering needs an e-mail address at a domain that the configuration names")]
    EmailDomainRefused,
    /// The rules ask for an address to prove, and none was given.
    #[error("registering needs an e-mail address")]
    EmailMissing,
    /// Another account has the name. The address may be taken, too.
    #[error("the name is taken")]
    NameTaken,
    /// Another account has the address. The name is free.
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
            Self::Closed => ErrorCode::RegistrationClosed,
            Self::InviteMissing | Self::InviteInvalid => ErrorCode::InviteInvalid,
            Self::EmailDomainRefused => ErrorCode::EmailDomainRefused,
            Self::EmailMissing => ErrorCode::InvalidInput,
            Self::NameTaken => ErrorCode::NameTaken,
            Self::EmailTaken => ErrorCode::EmailTaken,
            Self::PasswordGuessable(error) => error.code(),
            Self::Hash(error) => error.code(),
            Self::Store(error) => error.code(),
        }
    }
}

impl Accounts {
    /// Registers a user and logs it in; where the rules ask for a proved address, requests an account instead.
    ///
    /// # Errors
    /// [`RegisterError`] says why the registration is refused; nothing is changed then.
    pub async fn register(
        &self,
        registration: Registration,
        terms: SessionTerms,
    ) -> Result<Registered, RegisterError> {
        match self.registration.email_proof {
            EmailProof::AsTheApiSays => {
                let ip = registration.source.client.ip;
                let outcome = self.register_at_once(registration, terms).await;
                let issued = self.record_refused_invite(outcome, ip)?;
                Ok(Registered::LoggedIn(issued))
            }
            EmailProof::Required => {
                self.expect_open()?;
                let request = AccountRequest::try_from(registration)?;
                self.request_account(request).await?;
                Ok(Registered::Waiting)
            }
        }
    }

    async fn register_at_once(
        &self,
        registration: Registration,
        terms: SessionTerms,
    ) -> Result<IssuedSession, RegisterError> {
        let Registration {
            name,
            email,
            password,
            invite,
            source,
            language: _,
        } = registration;
        let ticket = self
            .admit_registration(email.as_ref(), invite.as_ref(), source.client.ip)
            .await?;
        self.blocklist.admit(&password, [&name], &email)?;
        let password_hash = self.hash_new_password(password, &source.client).await?;
        let now = self.clock.now();
        let wanted_email = email.clone();
        let new = self.new_user(name, email, password_hash, None, now);
        let user = new.user.clone();
        let told = AuditEvent::by_user(user.id, AuditAction::Register, &source, now);
        let SessionDraft {
            session,
            row,
            token,
        } = self.issuer.draft(user.id, terms, source.client, now);
        let expires_at = row.expires_at;
        let told = told.of_session(session.id);
        self.store
            .transact::<_, RegisterError>(move |tx| {
                let invite = ticket.take(tx, now)?;
                let wanted = &new.user;
                tx.users()
                    .release(Some(&wanted.name), wanted_email.as_ref(), now)?;
                expect_nobodys_address(tx, &wanted.name, wanted.id)?;
                tx.users().insert(&NewUser {
                    invite,
                    ..new.clone()
                })?;
                tx.sessions().insert(&session, &row)?;
                note_client(tx, wanted.id, session.client.ip, now)?;
                Ok(tx.audit().append(&told.clone().of_invite(invite))?)
            })
            .await?;
        Ok(IssuedSession {
            user,
            token,
            expires_at,
        })
    }

    /// Hashes the password of a new account.
    pub(super) async fn hash_new_password(
        &self,
        password: NewPassword,
        client: &Client,
    ) -> Result<PasswordHash, RegisterError> {
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
            invite: None,
        }
    }
}

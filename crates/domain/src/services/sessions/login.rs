//! Logging in with a password and a name or a proved address.

use std::net::IpAddr;

use super::Sessions;
use crate::error_code::{ErrorCode, HasErrorCode};
use crate::factor::GivenCode;
use crate::mail::{Language, MailId, MailKind, NewLoginNotice};
use crate::mutants::Mutant;
use crate::ports::{
    Abort, HashError, RateLimited, RateLimitedAction, RefusedLogin, SecurityEventKind, StoreError,
    StoreExt, UserChanges, Verdict,
};
use crate::services::known_clients::{NamedAccount, is_from_a_new_place, note_client};
use crate::services::mail_permit::MailPermit;
use crate::services::notice::NoticeDraft;
use crate::services::second_factor::{FactorCheck, FactorProof, SecondFactorError};
use crate::services::session_issuer::{IssuedSession, SessionDraft};
use crate::services::surplus_sessions::MOST_REVOKED_AT_ONCE;
use crate::session::{Client, SessionTerms};
use crate::user::{AccountState, Credential, LoginName, Password, PasswordHash, UserId};

/// How often a login is tried if the credential it has checked is replaced at the same time.
const ATTEMPTS: usize = 3;

/// A request to log in.
pub struct Login {
    /// The user's name, or its address.
    pub name: LoginName,
    /// The password to compare.
    pub password: Password,
    /// The code of a second factor.
    pub code: Option<GivenCode>,
    /// The client that asks.
    pub client: Client,
    /// The language of a notice.
    pub language: Language,
}

/// Why a login is refused.
#[derive(Debug, thiserror::Error)]
pub enum LoginError {
    /// The client must wait.
    #[error(transparent)]
    RateLimited(#[from] RateLimited),
    /// No account has the name, or the address proved.
    #[error("no such user")]
    UserUnknown,
    /// The password is wrong.
    #[error("wrong password")]
    WrongPassword,
    /// The stored hash of the user's password cannot be read, so no password is right.
    #[error(
        "user {0} cannot log in, because the stored hash of the password cannot be read: the user must set a new \
         password, by a mailed link or in a live session"
    )]
    PasswordUnreadable(UserId),
    /// The password is right, but the account waits for verification.
    #[error("the account waits for verification")]
    NotVerified,
    /// The password is right, but an operator has disabled the account.
    #[error("the account is disabled")]
    Disabled,
    /// The password is right, and the code of the second factor is missing, wrong or used.
    #[error(transparent)]
    SecondFactor(#[from] SecondFactorError),
    /// The password could not be compared.
    #[error(transparent)]
    Hash(#[from] HashError),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl LoginError {
    /// Whether the login may have been a guess.
    fn is_of_a_guess(&self) -> bool {
        match self {
            Self::UserUnknown | Self::WrongPassword | Self::PasswordUnreadable(_) => true,
            Self::SecondFactor(error) => error.is_of_a_guess(),
            Self::RateLimited(_)
            | Self::NotVerified
            | Self::Disabled
            | Self::Hash(_)
            | Self::Store(_) => false,
        }
    }
}

impl HasErrorCode for LoginError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::RateLimited(limited) => limited.code(),
            Self::UserUnknown => ErrorCode::UserUnknown,
            Self::WrongPassword => ErrorCode::WrongPassword,
            Self::PasswordUnreadable(_) => ErrorCode::PasswordUnreadable,
            Self::NotVerified => ErrorCode::NotVerified,
            Self::Disabled => ErrorCode::AccountDisabled,
            Self::SecondFactor(error) => error.code(),
            Self::Hash(error) => error.code(),
            Self::Store(error) => error.code(),
        }
    }
}

impl Sessions {
    /// Logs a user in under a dialect's terms, and rehashes its password if the hash is outdated. If the user already
    /// has as many sessions as allowed, the least recently used ones are revoked.
    ///
    /// # Errors
    /// [`LoginError`] says why the login is refused; nothing is changed then.
    pub async fn login(
        &self,
        login: Login,
        terms: SessionTerms,
    ) -> Result<IssuedSession, LoginError> {
        let (ip, attempt) = (login.client.ip, RateLimitedAction::Login(&login.name));
        self.doorkeeper.admit(ip, attempt)?;
        let outcome = self.log_in(&login, terms).await;
        if !outcome.as_ref().is_err_and(LoginError::is_of_a_guess) {
            self.doorkeeper.forgive(ip, attempt);
        }
        outcome
    }

    async fn log_in(
        &self,
        login: &Login,
        terms: SessionTerms,
    ) -> Result<IssuedSession, LoginError> {
        for _ in 0..ATTEMPTS {
            let account =
                NamedAccount::find(&self.store, &login.name, login.client.ip, self.clock.now())
                    .await?;
            let attempt =
                RateLimitedAction::LoginTo(account.target(&login.name), account.familiarity());
            let user_id = account.credential.as_ref().map(|account| account.user_id);
            self.doorkeeper
                .admit_to(user_id, login.client.ip, attempt)?;
            let outcome = self.log_in_to(account, login, terms).await;
            if !outcome.as_ref().is_err_and(LoginError::is_of_a_guess) {
                self.doorkeeper.forgive(login.client.ip, attempt);
            }
            if let Some(issued) = outcome? {
                return Ok(issued);
            }
        }
        Err(StoreError::Unavailable("the user's password keeps changing".into()).into())
    }

    /// Opens a session if the password is right. `None` if the credential was replaced at the same time.
    async fn log_in_to(
        &self,
        account: NamedAccount,
        login: &Login,
        terms: SessionTerms,
    ) -> Result<Option<IssuedSession>, LoginError> {
        let ip_to_note = account.address_to_note(login.client.ip, self.clock.now());
        let Some(credential) = account.credential else {
            self.record_refusal(RefusedLogin::UserUnknown, None, login);
            return Err(LoginError::UserUnknown);
        };
        let renewed = self.check(login, &credential).await?;
        let proof = self.prove(login, credential.user_id).await?;
        let notice = self.draft_notice(login, credential.user_id);
        let draft = self.issuer.draft(
            credential.user_id,
            terms,
            login.client.clone(),
            self.clock.now(),
        );
        self.open_session((credential, proof), renewed, draft, notice, ip_to_note)
            .await
    }

    /// Checks the code of a second factor. Most users have none and give none, so whether one is missing is only asked in
    /// the transaction of the login.
    async fn prove(&self, login: &Login, user_id: UserId) -> Result<FactorProof, LoginError> {
        let Some(code) = &login.code else {
            return Ok(FactorProof::NotAsked);
        };
        let check = FactorCheck {
            store: &self.store,
            keys: &self.keys,
            doorkeeper: &self.doorkeeper,
            now: self.clock.now(),
        };
        Ok(check.prove(user_id, login.client.ip, Some(code)).await?)
    }

    /// The notice of a login from a new place, if users get one.
    fn draft_notice(&self, login: &Login, user_id: UserId) -> Option<NoticeDraft> {
        let permit = match self.new_login_notice {
            NewLoginNotice::Off => return None,
            NewLoginNotice::Mailed => {
                MailPermit::new(self.doorkeeper.clone(), user_id, login.client.ip)
            }
        };
        let id = MailId::new(self.entropy.uuid());
        let now = self.clock.now();
        let kind = MailKind::NewLogin;
        Some(NoticeDraft::new(id, kind, login.language, permit, now))
    }

    /// Compares the password, and returns a new hash if the stored hash is outdated. Only a client that knows the
    /// password learns that the account waits for verification, or is disabled.
    async fn check(
        &self,
        login: &Login,
        credential: &Credential,
    ) -> Result<Option<PasswordHash>, LoginError> {
        let Login {
            password, client, ..
        } = login;
        let ip = client.ip;
        let user_id = Some(credential.user_id);
        let hasher = &self.hasher;
        let stored = credential.password_hash.clone();
        let verdict = hasher.verify(ip, password.clone(), stored).await?;
        match (verdict, &credential.state) {
            (Verdict::Wrong, _) => {
                self.record_refusal(RefusedLogin::WrongPassword, user_id, login);
                Err(LoginError::WrongPassword)
            }
            (Verdict::Unreadable, _) => {
                self.record_refusal(RefusedLogin::WrongPassword, user_id, login);
                Err(LoginError::PasswordUnreadable(credential.user_id))
            }
            (_, AccountState::Pending { .. }) => {
                self.record_refusal(RefusedLogin::NotVerified, user_id, login);
                Err(LoginError::NotVerified)
            }
            (_, AccountState::Disabled(reason)) => {
                self.record_refusal(RefusedLogin::Disabled(reason.clone()), user_id, login);
                Err(LoginError::Disabled)
            }
            (Verdict::Right, AccountState::Active) => Ok(None),
            // If hashing fails now, the next login tries again.
            (Verdict::NeedsRehash, AccountState::Active) => {
                Ok(hasher.hash(ip, password.clone()).await.ok())
            }
        }
    }

    fn record_refusal(&self, why: RefusedLogin, user_id: Option<UserId>, login: &Login) {
        self.doorkeeper.record(
            SecurityEventKind::LoginRefused(why),
            user_id,
            login.client.ip,
        );
    }

    /// Writes the session, and uses the code of the second factor up, if the credential is still the one that was checked;
    /// otherwise returns `None`. Without this check, a password change would not revoke a session that is issued for the
    /// old password at the same time.
    async fn open_session(
        &self,
        (checked, proof): (Credential, FactorProof),
        renewed: Option<PasswordHash>,
        draft: SessionDraft,
        notice: Option<NoticeDraft>,
        ip_to_note: Option<IpAddr>,
    ) -> Result<Option<IssuedSession>, LoginError> {
        let user_id = checked.user_id;
        let SessionDraft {
            session,
            row,
            token,
        } = draft;
        let now = session.created_at;
        let expires_at = row.expires_at;
        let changes = UserChanges {
            password_hash: renewed,
            ..UserChanges::default()
        };
        let others = self.sessions_per_user.saturating_sub(1);
        let opened = self
            .store
            .transact::<_, LoginError>(move |tx| {
                let is_unchanged = tx.users().lock(user_id)?.as_ref() == Some(&checked);
                if !is_unchanged && !Mutant::LoginForgetsNewPassword.is_on() {
                    return Ok(None);
                }
                if let Some(refusal) = proof.spend(tx, user_id)? {
                    return Err(Abort::Refused(refusal.into()));
                }
                if changes.password_hash.is_some() {
                    let updated = tx.users().update(user_id, &changes);
                    updated.map_err(StoreError::from)?;
                }
                let sessions = tx.sessions();
                let revoked =
                    sessions.revoke_least_used(user_id, others, now, MOST_REVOKED_AT_ONCE)?;
                sessions.insert(&session, &row)?;
                let Some(user) = tx.users().find(user_id)? else {
                    return Ok(None);
                };
                if let Some(notice) = &notice
                    && is_from_a_new_place(tx, &user, ip_to_note, now)?
                {
                    notice.write(tx, user.email.as_ref())?;
                }
                note_client(tx, user_id, ip_to_note, now)?;
                Ok(Some((user, revoked)))
            })
            .await?;
        let Some((user, revoked)) = opened else {
            return Ok(None);
        };
        if revoked > 0 {
            self.session_check.invalidate(user_id);
        }
        Ok(Some(IssuedSession {
            user,
            token,
            expires_at,
        }))
    }
}

//! Logging in with name and password.

use std::net::IpAddr;

use super::Sessions;
use crate::error_code::{ErrorCode, HasErrorCode};
use crate::ports::{
    HashError, RateLimited, RateLimitedAction, RefusedLogin, SecurityEventKind, StoreError,
    StoreExt, UserChanges, Verdict,
};
use crate::services::known_clients::{NamedAccount, note_client};
use crate::services::session_issuer::{IssuedSession, SessionDraft};
use crate::services::surplus_sessions::MOST_REVOKED_AT_ONCE;
use crate::session::{Client, SessionTerms};
use crate::user::{AccountState, Credential, Password, PasswordHash, UserId, UserName};

/// How often a login starts again because the credential it had checked was replaced meanwhile.
const ATTEMPTS: usize = 3;

/// What somebody logs in with.
pub struct Login {
    /// The user's name.
    pub name: UserName,
    /// What is said to be its password.
    pub password: Password,
    /// Where the request came from.
    pub client: Client,
}

/// Why a login is refused.
#[derive(Debug, thiserror::Error)]
pub enum LoginError {
    /// The abuse guard asks to wait.
    #[error(transparent)]
    RateLimited(#[from] RateLimited),
    /// Nobody has the name.
    #[error("no such user")]
    UserUnknown,
    /// The password is another.
    #[error("wrong password")]
    WrongPassword,
    /// What is stored of the user's password cannot be read, so no password is right.
    #[error(
        "no login of user {0} can succeed: what is stored as the hash of its password cannot be read; a new password, by a \
         mailed link or in a session, mends it"
    )]
    PasswordUnreadable(UserId),
    /// The password is right, and the account waits for verification.
    #[error("the account waits for verification")]
    NotVerified,
    /// The password could not be compared.
    #[error(transparent)]
    Hash(#[from] HashError),
    /// The store could not do its work.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl LoginError {
    /// Whether whoever is told this may have guessed.
    fn is_of_a_guess(&self) -> bool {
        match self {
            Self::UserUnknown | Self::WrongPassword | Self::PasswordUnreadable(_) => true,
            Self::RateLimited(_) | Self::NotVerified | Self::Hash(_) | Self::Store(_) => false,
        }
    }
}

impl HasErrorCode for LoginError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::RateLimited(blocked) => blocked.code(),
            Self::UserUnknown => ErrorCode::UserUnknown,
            Self::WrongPassword => ErrorCode::WrongPassword,
            Self::PasswordUnreadable(_) => ErrorCode::PasswordUnreadable,
            Self::NotVerified => ErrorCode::NotVerified,
            Self::Hash(error) => error.code(),
            Self::Store(error) => error.code(),
        }
    }
}

impl Sessions {
    /// Logs a user in under a dialect's terms, and renews its password hash where that is outdated. Where the
    /// user has as many sessions as allowed already, those used least recently end.
    ///
    /// # Errors
    /// [`LoginError`]; nothing was changed then.
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
            let attempt = RateLimitedAction::LoginTo(&login.name, account.familiarity());
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

    /// `None` where the credential was replaced meanwhile.
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
        let client = login.client.clone();
        self.open_session(credential, renewed, terms, client, ip_to_note)
            .await
    }

    /// Compares, and answers a new hash where the stored one is outdated. Only who knows the password learns that
    /// the account waits.
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
        match (verdict, credential.state) {
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
            (Verdict::Right, AccountState::Active) => Ok(None),
            // An upgrade that cannot be had now is had at the next login.
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

    /// Writes the session if the credential still is the one that was checked; else answers `None`. A password
    /// change that ends all sessions must not miss one issued for the old password. `news` is where the client is, if that
    /// is to be noted.
    async fn open_session(
        &self,
        checked: Credential,
        renewed: Option<PasswordHash>,
        terms: SessionTerms,
        client: Client,
        ip_to_note: Option<IpAddr>,
    ) -> Result<Option<IssuedSession>, LoginError> {
        let now = self.clock.now();
        let user_id = checked.user_id;
        let SessionDraft {
            session,
            row,
            token,
        } = self.issuer.draft(user_id, terms, client, now);
        let expires_at = row.expires_at;
        let changes = UserChanges {
            password_hash: renewed,
            ..UserChanges::default()
        };
        let others = self.sessions_per_user.saturating_sub(1);
        let opened = self
            .store
            .transact::<_, StoreError>(move |tx| {
                if tx.users().lock(user_id)?.as_ref() != Some(&checked) {
                    return Ok(None);
                }
                if changes.password_hash.is_some() {
                    tx.users().update(user_id, &changes)?;
                }
                let sessions = tx.sessions();
                let ended =
                    sessions.revoke_least_used(user_id, others, now, MOST_REVOKED_AT_ONCE)?;
                sessions.insert(&session, &row)?;
                note_client(tx, user_id, ip_to_note, now)?;
                Ok(tx.users().find(user_id)?.map(|user| (user, ended)))
            })
            .await?;
        let Some((user, ended)) = opened else {
            return Ok(None);
        };
        if ended > 0 {
            self.session_check.invalidate(user_id);
        }
        Ok(Some(IssuedSession {
            user,
            token,
            expires_at,
        }))
    }
}

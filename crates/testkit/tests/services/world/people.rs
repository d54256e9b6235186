//! What people do: register, log in, ask for accounts.

use azuma_domain::audit::Source;
use azuma_domain::invite::InviteCode;
use azuma_domain::mail::{Language, LeasedMail, UnreadableMail};
use azuma_domain::ports::{StoreError, StoreExt};
use azuma_domain::services::{
    AccountRequest, FollowLinkError, Followed, IssuedSession, Login, LoginError, Recovery,
    RecoveryProgress, RegisterError, Registered, Registration, ResetPasswordError, UpdateUserError,
    UserUpdate,
};
use azuma_domain::session::{LiveSession, SessionTerms};
use azuma_domain::token::Token;
use azuma_domain::user::{Credential, NewPassword, PasswordRules, User};
use azuma_testkit::sample;

use super::{AZUMA, World};

/// Everybody's password at first.
pub const PASSWORD: &str = "red pill";
/// The password it is changed to.
pub const NEW_PASSWORD: &str = "blue pill";

/// A password to set.
pub fn new_password(text: &str) -> NewPassword {
    let rules = PasswordRules { min_length: 1 };
    rules.accept(sample::password(text)).unwrap()
}

/// A change of the name alone.
pub fn name_update(text: &str) -> UserUpdate {
    UserUpdate {
        name: Some(sample::name(text)),
        ..UserUpdate::default()
    }
}

/// A change of the password alone.
pub fn password_update(text: &str) -> UserUpdate {
    UserUpdate {
        password: Some(new_password(text)),
        ..UserUpdate::default()
    }
}

/// A change of the address alone.
pub fn email_update(text: &str) -> UserUpdate {
    UserUpdate {
        email: Some(sample::email(text)),
        ..UserUpdate::default()
    }
}

/// A request to register, perhaps with an invitation.
pub fn registration(name: &str, email: Option<&str>, invite: Option<&InviteCode>) -> Registration {
    Registration {
        name: sample::name(name),
        email: email.map(sample::email),
        password: new_password(PASSWORD),
        invite: invite.cloned(),
        source: Source::default(),
        language: Language::English,
    }
}

impl World {
    /// Registers a user; without an address if `email` is `None`.
    pub async fn try_register(
        &self,
        name: &str,
        email: Option<&str>,
        terms: SessionTerms,
    ) -> Result<IssuedSession, RegisterError> {
        let registered = self
            .accounts
            .register(registration(name, email, None), terms)
            .await;
        match registered? {
            Registered::LoggedIn(issued) => Ok(issued),
            Registered::Waiting => panic!("the account waits for verification"),
        }
    }

    /// A new user, logged in.
    pub async fn register(&self, name: &str, terms: SessionTerms) -> IssuedSession {
        self.try_register(name, None, terms).await.unwrap()
    }

    /// A new user, logged in, whose address is not proved.
    pub async fn register_with_email(&self, name: &str, email: &str) -> IssuedSession {
        self.try_register(name, Some(email), AZUMA).await.unwrap()
    }

    /// Logs in with a password.
    pub async fn try_log_in(
        &self,
        name: &str,
        password: &str,
        terms: SessionTerms,
    ) -> Result<IssuedSession, LoginError> {
        let login = Login {
            name: sample::login_name(name),
            password: sample::given_password(password),
            code: None,
            source: Source::default(),
            language: Language::English,
        };
        self.sessions.login(login, terms).await
    }

    /// One more session of a user.
    pub async fn log_in(&self, name: &str, terms: SessionTerms) -> IssuedSession {
        self.try_log_in(name, PASSWORD, terms).await.unwrap()
    }

    /// Asks for an account that waits for verification.
    pub async fn try_request_account(
        &self,
        name: &str,
        email: &str,
        language: Language,
    ) -> Result<(), RegisterError> {
        let request = AccountRequest {
            name: sample::name(name),
            email: sample::email(email),
            password: new_password(PASSWORD),
            invite: None,
            source: Source::default(),
            language,
        };
        self.accounts.request_account(request).await
    }

    /// An account that waits for verification.
    pub async fn request_account(&self, name: &str, email: &str) {
        let outcome = self.try_request_account(name, email, Language::English);
        outcome.await.unwrap();
    }

    /// Follows a mailed link.
    pub async fn follow(&self, link: &Token) -> Result<Followed, FollowLinkError> {
        let token = Some(link.clone());
        self.accounts
            .follow_link(token, &Source::default(), Language::English)
            .await
    }

    /// Requests a recovery and works on every request that is due.
    pub async fn recover(&self, email: &str) {
        self.ask_to_recover(email).await;
        for _ in 0..1_000 {
            if self.accounts.begin_recoveries().await.unwrap() == RecoveryProgress::NoneDue {
                return;
            }
        }
        panic!("requests are due again and again");
    }

    /// Requests a recovery.
    pub async fn ask_to_recover(&self, email: &str) {
        let recovery = Recovery {
            email: sample::email(email),
            source: Source::default(),
            language: Language::English,
        };
        self.accounts.recover_account(recovery).await.unwrap();
    }

    /// Proves the address of the caller.
    pub async fn prove_email(&self, caller: &LiveSession) {
        let (id, now) = (caller.user.id, self.now());
        let proved = self
            .parts
            .store
            .transact::<_, StoreError>(move |tx| Ok(tx.users().prove_email(id, now)?));
        proved.await.unwrap();
    }

    /// Sets a new password by a mailed link.
    pub async fn reset(&self, link: &Token, password: &str) -> Result<User, ResetPasswordError> {
        let password = new_password(password);
        self.accounts
            .reset_password(
                Some(link.clone()),
                password,
                &Source::default(),
                Language::English,
            )
            .await
    }

    /// Changes the caller's account.
    pub async fn update(
        &self,
        caller: &LiveSession,
        update: UserUpdate,
    ) -> Result<User, UpdateUserError> {
        let language = Language::English;
        self.accounts.update_user(caller, update, language).await
    }

    /// Sends a leased message and settles it.
    pub async fn deliver(&self, leased: Result<LeasedMail, UnreadableMail>) {
        let lease = leased
            .as_ref()
            .map_or_else(|mail| mail.lease, |mail| mail.lease);
        let delivery = self.mailing.send_mail(leased).await;
        self.mailing.settle_mail(lease, &delivery).await.unwrap();
    }

    /// Tries to send one message; `false` if none is due.
    pub async fn attempts_to_deliver(&self) -> bool {
        let Some(leased) = self.mailing.lease_mail().await.unwrap() else {
            return false;
        };
        self.deliver(leased).await;
        true
    }

    /// The stored credential of the account with this name, active or waiting.
    pub async fn credential(&self, name: &str) -> Credential {
        let (name, now) = (sample::name(name), sample::now());
        let found = self
            .parts
            .store
            .read(move |tx| tx.users().find_by_name(&name, now));
        found.await.unwrap().expect("an account of this name")
    }
}

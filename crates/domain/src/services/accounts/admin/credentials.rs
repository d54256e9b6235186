//! Creating accounts and setting passwords, for the operator.

use std::sync::Arc;

use zeroize::Zeroizing;

use super::{AccountAdminError, EmailStanding, locked_user, record};
use crate::Timestamp;
use crate::audit::AuditAction;
use crate::ports::{
    Clock, Conflict, Entropy, HashError, NewUser, PasswordHasher, Reader, Store, StoreError,
    StoreExt, UserChanges,
};
use crate::registration::EmailDomains;
use crate::services::account_key::{AccountKey, NoSingleAccount};
use crate::services::accounts::address_names::expect_nobodys_address;
use crate::services::accounts::{PasswordBlocklist, PasswordGuessable};
use crate::services::surplus_sessions::revoke_surplus_beside_a_server;
use crate::user::{
    AccountEmail, EmailAddress, NewPassword, Password, PasswordHash, PasswordRules,
    PasswordTooShort, User, UserId, UserName,
};

/// The digits of a generated password (Crockford's base 32, in lower case): none looks like another.
const DIGITS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
/// How many digits stand between two hyphens.
const GROUP: usize = 5;
/// How many digits a generated password has at least: 125 random bits.
const LEAST_DIGITS: usize = 25;

/// The use cases of an operator that make credentials: creating accounts, and setting passwords.
pub struct CredentialAdmin {
    /// Keeps accounts.
    pub store: Arc<dyn Store>,
    /// Hashes passwords.
    pub hasher: Arc<dyn PasswordHasher>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// Makes ids and passwords.
    pub entropy: Arc<dyn Entropy>,
    /// The rules for new passwords.
    pub password_rules: PasswordRules,
    /// The new passwords that are refused although they follow the rules.
    pub blocklist: PasswordBlocklist,
    /// Where the addresses of new accounts must be.
    pub email_domains: EmailDomains,
}

/// An account that an operator wants.
pub struct WantedAccount {
    /// Its name.
    pub name: UserName,
    /// Its address, if it has one, and what the operator says of it.
    pub email: Option<(EmailAddress, EmailStanding)>,
    /// Its password.
    pub password: Password,
}

/// A password that nobody has chosen. It is wiped when dropped, and has no `Debug` and no `Display`.
pub struct GeneratedPassword(Zeroizing<String>);

impl GeneratedPassword {
    /// The password in clear, to be told once.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

/// Why no account is created.
#[derive(Debug, thiserror::Error)]
pub enum CreateAccountError {
    /// Another account has the name. The address may be taken, too.
    #[error("the name is taken")]
    NameTaken,
    /// Another account has the address. The name is free.
    #[error("the e-mail address is taken")]
    EmailTaken,
    /// The rules ask for an address at certain domains.
    #[error("the e-mail address is at no domain that the configuration names")]
    EmailDomainRefused,
    /// The password is too short.
    #[error(transparent)]
    PasswordTooShort(#[from] PasswordTooShort),
    /// The password is one that is guessed first.
    #[error(transparent)]
    PasswordGuessable(#[from] PasswordGuessable),
    /// The password could not be hashed.
    #[error(transparent)]
    Hash(#[from] HashError),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<Conflict> for CreateAccountError {
    fn from(conflict: Conflict) -> Self {
        match conflict {
            Conflict::Name => Self::NameTaken,
            Conflict::Email => Self::EmailTaken,
        }
    }
}

/// Why no password is set.
#[derive(Debug, thiserror::Error)]
pub enum SetPasswordError {
    /// The account gets none.
    #[error(transparent)]
    Account(#[from] AccountAdminError),
    /// The password is too short.
    #[error(transparent)]
    PasswordTooShort(#[from] PasswordTooShort),
    /// The password is one that is guessed first.
    #[error(transparent)]
    PasswordGuessable(#[from] PasswordGuessable),
    /// The password could not be hashed.
    #[error(transparent)]
    Hash(#[from] HashError),
}

impl From<NoSingleAccount> for SetPasswordError {
    fn from(none: NoSingleAccount) -> Self {
        Self::Account(none.into())
    }
}

impl From<StoreError> for SetPasswordError {
    fn from(error: StoreError) -> Self {
        Self::Account(error.into())
    }
}

impl CredentialAdmin {
    /// A random password that is as long as the rules ask for, and has 125 random bits at least.
    #[must_use]
    pub fn generate_password(&self) -> GeneratedPassword {
        // Each group comes with a hyphen, but for the last one.
        let long_enough = (self.password_rules.min_length + 1).div_ceil(GROUP + 1) * GROUP;
        let mut text = Zeroizing::new(String::new());
        for place in 0..long_enough.max(LEAST_DIGITS) {
            if place > 0 && place % GROUP == 0 {
                text.push('-');
            }
            let digit = usize::try_from(self.entropy.u64() % 32).ok();
            let digit = digit.and_then(|digit| DIGITS.get(digit));
            text.extend(digit.copied().map(char::from));
        }
        GeneratedPassword(text)
    }

    /// Creates an account that can be used at once, whoever may register. No message is sent, and no session begins.
    ///
    /// # Errors
    /// [`CreateAccountError`] says why not; nothing is changed then.
    pub async fn create(&self, wanted: WantedAccount) -> Result<User, CreateAccountError> {
        let WantedAccount {
            name,
            email,
            password,
        } = wanted;
        let address = email.as_ref().map(|(address, _)| address.clone());
        if address.is_some() && !self.email_domains.admit(address.as_ref()) {
            return Err(CreateAccountError::EmailDomainRefused);
        }
        let password = self.password_rules.accept(password)?;
        self.blocklist.admit(&password, [&name], &address)?;
        let password_hash = self.hash(password).await?;
        let now = self.clock.now();
        let new = NewUser {
            user: User {
                id: UserId::new(self.entropy.uuid()),
                name,
                email: email.map(|(address, standing)| standing.of(address, now)),
                icon: None,
                status: None,
                created_at: now,
            },
            password_hash,
            waits_until: None,
            invite: None,
        };
        let user = new.user.clone();
        self.store
            .transact::<_, CreateAccountError>(move |tx| {
                let User { id, name, .. } = &new.user;
                tx.users().release(Some(name), address.as_ref(), now)?;
                expect_nobodys_address(tx, name, *id)?;
                tx.users().insert(&new)?;
                Ok(record(tx, *id, AuditAction::Register, now)?)
            })
            .await?;
        Ok(user)
    }

    /// Sets the password of an account, and answers how many sessions were revoked: all it had. Every link that was mailed
    /// for it is deleted. Its second factor stays, and no message is sent.
    ///
    /// # Errors
    /// [`SetPasswordError`] says why not; nothing is changed then.
    pub async fn set_password(
        &self,
        account: AccountKey,
        password: Password,
    ) -> Result<usize, SetPasswordError> {
        let password = self.password_rules.accept(password)?;
        let now = self.clock.now();
        let read = self
            .store
            .read(move |reader| own_words(reader, &account, now));
        let (user_id, name, email) = read.await??;
        let address = email.as_ref().map(AccountEmail::address);
        self.blocklist.admit(&password, &name, address)?;
        let changes = UserChanges {
            password_hash: Some(self.hash(password).await?),
            ..UserChanges::default()
        };
        let before = revoke_surplus_beside_a_server(&self.store, user_id).await?;
        let now = self.clock.now();
        let revoked = self
            .store
            .transact::<_, AccountAdminError>(move |tx| {
                locked_user(tx, &AccountKey::Id(user_id), now)?;
                tx.users().update(user_id, &changes)?;
                tx.links().delete_all(user_id)?;
                let revoked = tx.sessions().revoke_all(user_id, None)?;
                record(tx, user_id, AuditAction::ChangePassword, now)?;
                Ok(revoked)
            })
            .await?;
        Ok(before + revoked)
    }

    async fn hash(&self, password: NewPassword) -> Result<PasswordHash, HashError> {
        self.hasher.hash(None, password.into_password()).await
    }
}

/// The account that is meant, with its name and its address.
type OwnWords = (UserId, Option<UserName>, Option<AccountEmail>);

fn own_words(
    reader: &mut dyn Reader,
    account: &AccountKey,
    now: Timestamp,
) -> Result<Result<OwnWords, NoSingleAccount>, StoreError> {
    let id = match account.find(reader, now)? {
        Ok(id) => id,
        Err(none) => return Ok(Err(none)),
    };
    let users = reader.users();
    Ok(Ok((id, users.name_of(id)?, users.email_of(id)?)))
}

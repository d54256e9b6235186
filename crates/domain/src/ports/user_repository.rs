use super::{StoreError, WriteError};
use crate::Timestamp;
use crate::user::{
    AccountEmail, AccountState, Change, Credential, EmailAddress, Icon, PasswordHash, Status, User,
    UserId, UserName,
};

/// An account to be added.
#[derive(Clone, Debug)]
pub struct NewUser {
    /// The public part.
    pub user: User,
    /// The hash of its password.
    pub password_hash: PasswordHash,
    /// Whether it is active at once.
    pub state: AccountState,
}

/// The account that holds an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddressHolder {
    /// The account.
    pub user_id: UserId,
    /// The address as the account's user wrote it; its case may differ from the one asked for.
    pub email: EmailAddress,
    /// Whether the account is active.
    pub state: AccountState,
}

/// Changes of an account. Either all of them happen or none.
#[derive(Clone, Debug, Default)]
pub struct UserChanges {
    /// A new name, or the same name in another case.
    pub name: Option<UserName>,
    /// The hash of a new password.
    pub password_hash: Option<PasswordHash>,
    /// A new address.
    pub email: Option<AccountEmail>,
    /// The icon.
    pub icon: Change<Icon>,
    /// The status.
    pub status: Change<Status>,
}

/// Reads accounts. [`UserRepository`] defines *waiting* and *lapsed*.
///
/// # Errors
/// Every method fails with [`StoreError`] if the database does not answer or what it stores of the account cannot be read.
pub trait UserReader {
    /// The user with this id. MUST NOT find a waiting account.
    fn find(&mut self, id: UserId) -> Result<Option<User>, StoreError>;

    /// The account with this name, active or waiting. MUST NOT find an account that has lapsed at `now`.
    fn find_by_name(
        &mut self,
        name: &UserName,
        now: Timestamp,
    ) -> Result<Option<Credential>, StoreError>;

    /// The account with this address, active or waiting. MUST NOT find an account that has lapsed at `now`.
    fn find_by_email(
        &mut self,
        email: &EmailAddress,
        now: Timestamp,
    ) -> Result<Option<AddressHolder>, StoreError>;

    /// The name of the account, active or waiting. `None` if there is no such account, or the stored name is invalid: an
    /// earlier release may have admitted it.
    fn name_of(&mut self, id: UserId) -> Result<Option<UserName>, StoreError>;

    /// The address of the account, active or waiting. `None` if there is no such account or it has no address. MUST
    /// succeed even if nothing else of the account can be read.
    fn email_of(&mut self, id: UserId) -> Result<Option<AccountEmail>, StoreError>;
}

/// Accounts.
///
/// Names and addresses are unique in their normalized form. A *waiting* account is [`AccountState::Pending`]; from its
/// `until` on it has *lapsed*: no method finds it any more, and [`release`](Self::release) deletes it.
///
/// # Errors
/// Every method fails with [`StoreError`] if the database does not answer; the transaction MUST be rolled back then.
pub trait UserRepository: UserReader {
    /// Adds an account. Of any number of racing calls for one name or address, one succeeds.
    ///
    /// # Errors
    /// MUST fail with [`Conflict::Name`](super::Conflict) or [`Conflict::Email`](super::Conflict) if another account,
    /// even a waiting or lapsed one, has the name or the address; with `Name` if both are taken.
    fn insert(&mut self, new: &NewUser) -> Result<(), WriteError>;

    /// Deletes every account that has lapsed at `now` and holds the name or the address, and locks them in the order of
    /// their ids. A caller that needs a name or an address calls this first, in the same transaction. Mail to a lapsed
    /// account MUST stay, so that what was not sent in time becomes a dead letter.
    fn release(
        &mut self,
        name: Option<&UserName>,
        email: Option<&EmailAddress>,
        now: Timestamp,
    ) -> Result<(), StoreError>;

    /// Locks the account, active or waiting, until this transaction ends: another transaction MUST NOT be able to change,
    /// delete or lock it before. MUST succeed even if the public part of the account cannot be read.
    fn lock(&mut self, id: UserId) -> Result<Option<Credential>, StoreError>;

    /// Changes an account and answers it as it is now; `None` if there is none. MUST let an account keep its own name in
    /// another case.
    ///
    /// # Errors
    /// MUST fail as [`insert`](Self::insert) does if another account holds the new name or address.
    fn update(&mut self, id: UserId, changes: &UserChanges) -> Result<Option<User>, WriteError>;

    /// Makes a waiting account active, its address proved at `now`. MUST answer `true` at most once per account, and
    /// `false` if it has lapsed at `now`, does not exist or is not waiting.
    fn activate(&mut self, id: UserId, now: Timestamp) -> Result<bool, StoreError>;

    /// Notes that the account's address, if it has one, was proved at `now`. MUST change nothing else.
    fn prove_email(&mut self, id: UserId, now: Timestamp) -> Result<(), StoreError>;

    /// Deletes an account with its sessions, links and mail. MUST answer `true` at most once per account.
    fn delete(&mut self, id: UserId) -> Result<bool, StoreError>;

    /// Deletes at most `limit` accounts that have lapsed at `now` and answers how many. Their mail MUST stay, as with
    /// [`release`](Self::release).
    fn delete_lapsed(&mut self, now: Timestamp, limit: u32) -> Result<usize, StoreError>;
}

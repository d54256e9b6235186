use super::{StoreError, WriteError};
use crate::Timestamp;
use crate::user::{
    AccountEmail, AccountState, Change, Credential, EmailAddress, Icon, PasswordHash, Status, User,
    UserId, UserName,
};

/// An account about to be.
#[derive(Clone, Debug)]
pub struct NewUser {
    /// What others may learn of it.
    pub user: User,
    /// The hash of its password.
    pub password_hash: PasswordHash,
    /// Whether it may be used at once.
    pub standing: AccountState,
}

/// Who has an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddressHolder {
    /// The account.
    pub user_id: UserId,
    /// The address as the account wrote it, which may be in another case than the one asked for.
    pub email: EmailAddress,
    /// Whether the account may be used.
    pub standing: AccountState,
}

/// What changes of an account; all of it or nothing.
#[derive(Clone, Debug, Default)]
pub struct UserChanges {
    /// A new name, or the old one in another case.
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

/// Reads accounts, the waiting ones among them. [`UserRepository`] says what *waiting* and *lapsed* mean.
pub trait UserReader {
    /// The user with this id. MUST NOT find a waiting account.
    fn find(&mut self, id: UserId) -> Result<Option<User>, StoreError>;

    /// Who has this name, waiting accounts included. MUST NOT find one lapsed at `now`.
    fn find_by_name(
        &mut self,
        name: &UserName,
        now: Timestamp,
    ) -> Result<Option<Credential>, StoreError>;

    /// Who has this address, waiting accounts included. MUST NOT find one lapsed at `now`.
    fn find_by_email(
        &mut self,
        email: &EmailAddress,
        now: Timestamp,
    ) -> Result<Option<AddressHolder>, StoreError>;

    /// The name of the account, waiting ones included. `None` where there is no such account, or what is stored is no name: an
    /// earlier release may have let it in.
    fn name_of(&mut self, id: UserId) -> Result<Option<UserName>, StoreError>;

    /// The address of the account, waiting ones included. `None` where there is no such account, or it has none. MUST NOT need
    /// anything else of it to be readable.
    fn email_of(&mut self, id: UserId) -> Result<Option<AccountEmail>, StoreError>;
}

/// Accounts, the waiting ones among them.
///
/// Names and addresses are held by their keys. A *waiting* account has [`AccountState::Pending`]; once its `until` has
/// come it has *lapsed*: nothing finds it any more, and [`release`](Self::release) deletes it.
pub trait UserRepository: UserReader {
    /// Adds an account.
    ///
    /// MUST fail with [`Conflict::Name`](super::Conflict) or [`Conflict::Email`](super::Conflict) where another
    /// account, waiting and lapsed ones included, holds it, and name the name where both are held; of any number of
    /// racing calls for one name or address, one succeeds.
    fn insert(&mut self, new: &NewUser) -> Result<(), WriteError>;

    /// Deletes every account lapsed at `now` that holds the name or the address, locking them in the order of
    /// their ids. Whoever needs a name or an address calls it first, in the same transaction. Mail to a lapsed
    /// account MUST stay: what was not sent in time is kept as a dead letter.
    fn release(
        &mut self,
        name: Option<&UserName>,
        email: Option<&EmailAddress>,
        now: Timestamp,
    ) -> Result<(), StoreError>;

    /// The account, waiting ones included. Others MUST NOT be able to change or delete it before this transaction ends:
    /// two that lock one account run one after the other. MUST NOT need what others may learn of the account to be readable.
    fn lock(&mut self, id: UserId) -> Result<Option<Credential>, StoreError>;

    /// Changes an account and answers it as it is now; `None` where there is none. MUST fail as
    /// [`insert`](Self::insert) does where another account holds the new name or address, and MUST let an account
    /// keep its own name in another case.
    fn update(&mut self, id: UserId, changes: &UserChanges) -> Result<Option<User>, WriteError>;

    /// Makes a waiting account a user, its address proved at `now`. MUST answer `true` once at the most for an account, and `false` for one
    /// that is lapsed at `now`, no longer there, or not waiting.
    fn activate(&mut self, id: UserId, now: Timestamp) -> Result<bool, StoreError>;

    /// Notes that the account's address was proved at `now`, where it has one. MUST leave the rest of it as it is.
    fn prove_email(&mut self, id: UserId, now: Timestamp) -> Result<(), StoreError>;

    /// Deletes an account with its sessions, links and mail. MUST answer `true` once at the most.
    fn delete(&mut self, id: UserId) -> Result<bool, StoreError>;

    /// Deletes at most `limit` accounts lapsed at `now`, and answers how many. Their mail MUST stay, as with
    /// [`release`](Self::release).
    fn delete_lapsed(&mut self, now: Timestamp, limit: u32) -> Result<usize, StoreError>;
}

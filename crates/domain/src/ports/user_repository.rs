use super::{StoreError, WriteError};
use crate::Timestamp;
use crate::invite::InviteId;
use crate::user::{
    AccountEmail, AccountPosition, AccountState, Change, Credential, DisabledReason, EmailAddress,
    Icon, PasswordHash, Status, StoredAccount, User, UserId, UserName,
};

/// An account to be added.
#[derive(Clone, Debug)]
pub struct NewUser {
    /// The public part.
    pub user: User,
    /// The hash of its password.
    pub password_hash: PasswordHash,
    /// Until when it waits for its address to be verified; `None`: it is active at once.
    pub waits_until: Option<Timestamp>,
    /// The invitation that it was registered with. It MUST exist.
    pub invite: Option<InviteId>,
}

/// What another account has of an account that was to be added.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// The id.
    Id,
    /// The name.
    Name,
    /// The address.
    Email,
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
pub trait UserReader {
    /// The user with this id, disabled or not. MUST NOT find a waiting account.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be reached or refuses the statement, or if the account cannot be read.
    fn find(&mut self, id: UserId) -> Result<Option<User>, StoreError>;

    /// The users with these ids, disabled or not, in any order, with the states of their accounts; at most 1,000 ids. MUST leave out waiting
    /// accounts, and those that cannot be read.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be reached or refuses the statement.
    fn find_several(&mut self, ids: &[UserId]) -> Result<Vec<(User, AccountState)>, StoreError>;

    /// The credential of the account with this id, whatever its state. MUST succeed even if the public part of the
    /// account cannot be read.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be reached or refuses the statement.
    fn find_credential(&mut self, id: UserId) -> Result<Option<Credential>, StoreError>;

    /// The account with this name, whatever its state. MUST NOT find an account that has lapsed at `now`.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be reached or refuses the statement.
    fn find_by_name(
        &mut self,
        name: &UserName,
        now: Timestamp,
    ) -> Result<Option<Credential>, StoreError>;

    /// The account with this address, whatever its state. MUST NOT find an account that has lapsed at `now`.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be reached or refuses the statement, or if the address cannot be read.
    fn find_by_email(
        &mut self,
        email: &EmailAddress,
        now: Timestamp,
    ) -> Result<Option<AddressHolder>, StoreError>;

    /// The account with this address, if it is proved. MUST NOT find an account whose address is only claimed, nor a waiting
    /// one.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be reached or refuses the statement.
    fn find_by_proved_email(
        &mut self,
        email: &EmailAddress,
    ) -> Result<Option<Credential>, StoreError>;

    /// The name of the account, active or waiting. `None` if there is no such account, or the stored name is invalid:
    /// an earlier release may have admitted it.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be reached or refuses the statement.
    fn name_of(&mut self, id: UserId) -> Result<Option<UserName>, StoreError>;

    /// The address of the account, active or waiting. `None` if there is no such account or it has no address. MUST
    /// succeed even if nothing else of the account can be read.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be reached or refuses the statement, or if the address cannot be read.
    fn email_of(&mut self, id: UserId) -> Result<Option<AccountEmail>, StoreError>;

    /// The account with this id as it is stored, whatever its state, lapsed or not. MUST succeed even if its name or its
    /// address is invalid.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be reached or refuses the statement.
    fn stored(&mut self, id: UserId) -> Result<Option<StoredAccount>, StoreError>;

    /// The accounts as they are stored, whatever their states, lapsed or not, in the order of their
    /// [positions](StoredAccount::position): those after `after`, whose normalized name begins with that of `prefix`; at most `limit`.
    /// MUST succeed even if names or addresses are invalid, and MUST find the first one without reading those before it.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be reached or refuses the statement.
    fn page(
        &mut self,
        after: Option<&AccountPosition>,
        prefix: Option<&UserName>,
        limit: u32,
    ) -> Result<Vec<StoredAccount>, StoreError>;
}

/// Accounts.
///
/// Names and addresses are unique in their normalized form. A *waiting* account is [`AccountState::Pending`]; from its
/// `until` on it has *lapsed*: no method finds it any more, and [`release`](Self::release) deletes it.
pub trait UserRepository: UserReader {
    /// Adds an account. Of any number of racing calls for one name or address, one succeeds.
    ///
    /// # Errors
    /// MUST be [`Conflict::Name`](super::Conflict::Name) if another account, even a waiting or lapsed one, has the
    /// name, and [`Conflict::Email`](super::Conflict::Email) if the name is free and another account has the address.
    /// [`WriteError::Store`] if the database cannot be reached or refuses the statement.
    fn insert(&mut self, new: &NewUser) -> Result<(), WriteError>;

    /// Adds an account, unless another one has its id, its name or its address: then MUST change nothing, and answer the
    /// first of the three that is taken. An account that has lapsed at `now` MUST take neither name nor address; it is
    /// deleted as by [`release`](Self::release). After either answer the transaction MUST go on and be able to commit.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be reached or refuses the statement.
    fn insert_unless_taken(
        &mut self,
        new: &NewUser,
        now: Timestamp,
    ) -> Result<Option<Taken>, StoreError>;

    /// Deletes every account that has lapsed at `now` and holds the name or the address, and locks them in the order of
    /// their ids. A caller that needs a name or an address calls this first, in the same transaction. Mail to a lapsed
    /// account MUST stay, so that what was not sent in time becomes a dead letter.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be reached or refuses the statement.
    fn release(
        &mut self,
        name: Option<&UserName>,
        email: Option<&EmailAddress>,
        now: Timestamp,
    ) -> Result<(), StoreError>;

    /// Locks the account, whatever its state, until this transaction ends: another transaction MUST NOT be able to
    /// change, delete or lock it before. MUST succeed even if the public part of the account cannot be read.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be reached or refuses the statement.
    fn lock(&mut self, id: UserId) -> Result<Option<Credential>, StoreError>;

    /// Changes an account and answers it as it is now; `None` if there is none. MUST let an account keep its own name
    /// in another case.
    ///
    /// # Errors
    /// MUST be [`Conflict`](super::Conflict) if another account, even a waiting or lapsed one, has the new name or the
    /// new address; of the two, either if both are taken. [`WriteError::Store`] if the database cannot be reached or
    /// refuses the statement, or if the account cannot be read.
    fn update(&mut self, id: UserId, changes: &UserChanges) -> Result<Option<User>, WriteError>;

    /// Makes a waiting account active, its address proved at `now`. MUST answer `true` at most once per account, and
    /// `false` if it has lapsed at `now`, does not exist or is not waiting.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be reached or refuses the statement.
    fn activate(&mut self, id: UserId, now: Timestamp) -> Result<bool, StoreError>;

    /// Notes that the account's address, if it has one, was proved at `now`. MUST change nothing else.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be reached or refuses the statement.
    fn prove_email(&mut self, id: UserId, now: Timestamp) -> Result<(), StoreError>;

    /// Disables an account at `now`, for this reason; from then on it is [`AccountState::Disabled`]. An account that is
    /// disabled already MUST get the reason. MUST answer `false`, and change nothing, if there is no such account or it
    /// waits.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be reached or refuses the statement.
    fn disable(
        &mut self,
        id: UserId,
        reason: Option<&DisabledReason>,
        now: Timestamp,
    ) -> Result<bool, StoreError>;

    /// Makes a disabled account active again. MUST answer `false`, and change nothing, if there is no such account or it is
    /// not disabled.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be reached or refuses the statement.
    fn enable(&mut self, id: UserId) -> Result<bool, StoreError>;

    /// Deletes an account with its sessions, links and mail. MUST answer `true` at most once per account.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be reached or refuses the statement.
    fn delete(&mut self, id: UserId) -> Result<bool, StoreError>;

    /// Deletes at most `limit` accounts that have lapsed at `now` and answers how many. Their mail MUST stay, as with
    /// [`release`](Self::release).
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be reached or refuses the statement.
    fn delete_lapsed(&mut self, now: Timestamp, limit: u32) -> Result<usize, StoreError>;
}

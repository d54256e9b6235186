use super::ServiceAccess;
use crate::ports::{StoreError, StoreExt};
use crate::user::{AccountState, User, UserId};

/// The most users in one question.
const MOST: usize = 100;

/// The ids of 1 to 100 users.
pub struct UserBatch(Vec<UserId>);

impl UserBatch {
    /// These; `None` if there are none, or too many.
    #[must_use]
    pub fn of(ids: Vec<UserId>) -> Option<Self> {
        (1..=MOST).contains(&ids.len()).then_some(Self(ids))
    }
}

/// A user, and whether the account can be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownUser {
    /// The user.
    pub user: User,
    /// The state of the account.
    pub state: AccountState,
}

impl ServiceAccess {
    /// The users with these ids that there are, in any order.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn list_users(&self, batch: UserBatch) -> Result<Vec<KnownUser>, StoreError> {
        let found = self
            .store
            .read(move |reader| reader.users().find_several(&batch.0))
            .await?;
        let known = found
            .into_iter()
            .map(|(user, state)| KnownUser { user, state });
        Ok(known.collect())
    }
}

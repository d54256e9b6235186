use super::StoreError;
use crate::factor::{Factor, FactorSalt, TimeStep};
use crate::token::TokenHash;
use crate::user::UserId;

/// Reads the second factors of users.
pub trait FactorReader {
    /// The user's factor, whether it is enabled or being set up.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be reached or refuses the statement.
    fn find(&mut self, user_id: UserId) -> Result<Option<Factor>, StoreError>;

    /// The next `limit` factors after the one of `after`, in the order of their users' ids.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be reached or refuses the statement.
    fn page(
        &mut self,
        after: Option<UserId>,
        limit: u32,
    ) -> Result<Vec<(UserId, Factor)>, StoreError>;

    /// The hashes of the user's recovery codes that are not used.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be reached or refuses the statement.
    fn recovery_codes(&mut self, user_id: UserId) -> Result<Vec<TokenHash>, StoreError>;
}

/// The second factors of users, with their recovery codes. They are deleted with their user. The caller has locked the
/// user.
pub trait FactorRepository: FactorReader {
    /// Stores a factor of the user. MUST delete the former one and its recovery codes.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be reached or refuses the statement, as it does if there is no such user.
    fn replace(&mut self, user_id: UserId, factor: &Factor) -> Result<(), StoreError>;

    /// Adds recovery codes of the user.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be reached or refuses the statement, as it does if there is no such user.
    fn add_recovery_codes(
        &mut self,
        user_id: UserId,
        codes: &[TokenHash],
    ) -> Result<(), StoreError>;

    /// Notes that the code of a step was used, which enables a factor that is being set up. MUST answer `false` and change
    /// nothing if the user's factor has another salt, or if a code of this step or of a later one was used.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be reached or refuses the statement.
    fn use_step(
        &mut self,
        user_id: UserId,
        salt: FactorSalt,
        step: TimeStep,
    ) -> Result<bool, StoreError>;

    /// Deletes a recovery code that is used. MUST answer whether the user had it.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be reached or refuses the statement.
    fn use_recovery_code(&mut self, user_id: UserId, code: &TokenHash) -> Result<bool, StoreError>;

    /// Deletes the user's factor and its recovery codes. MUST answer whether there was a factor.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be reached or refuses the statement.
    fn remove(&mut self, user_id: UserId) -> Result<bool, StoreError>;
}

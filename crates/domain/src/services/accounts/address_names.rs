//! Names that look like addresses.

use crate::ports::{Conflict, Transaction, WriteError};
use crate::user::{EmailAddress, UserId, UserName};

/// Refuses a name that is the proved address of another account: a login looks for a name first, so nobody could log in
/// to that account by its address any more.
///
/// # Errors
/// [`Conflict::Name`] if it is; [`WriteError::Store`] if the database cannot be reached or refuses the statement.
pub(in crate::services) fn expect_nobodys_address(
    tx: &mut dyn Transaction,
    name: &UserName,
    of: UserId,
) -> Result<(), WriteError> {
    let Ok(address) = EmailAddress::parse(name.as_str()) else {
        return Ok(());
    };
    match tx.users().find_by_proved_email(&address)? {
        Some(holder) if holder.user_id != of => Err(Conflict::Name.into()),
        Some(_) | None => Ok(()),
    }
}

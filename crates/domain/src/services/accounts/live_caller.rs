//! The account of a caller, whose session may have ended since it was authenticated.

use crate::Timestamp;
use crate::ports::{Abort, Transaction};
use crate::session::SessionId;
use crate::user::{AccountState, Credential, UserId};

/// Locks the caller's account for a change. Refuses with `revoked` if the session is no longer live, or the account is
/// disabled: a node of a release that does not know that state may have begun the session.
pub(super) fn lock_live_caller<E>(
    tx: &mut dyn Transaction,
    (user_id, session_id): (UserId, SessionId),
    now: Timestamp,
    revoked: E,
) -> Result<Credential, Abort<E>> {
    let Some(account) = tx.users().lock(user_id)? else {
        return Err(Abort::Refused(revoked));
    };
    let is_disabled = matches!(account.state, AccountState::Disabled(_));
    match !is_disabled && tx.sessions().is_live(session_id, now)? {
        true => Ok(account),
        false => Err(Abort::Refused(revoked)),
    }
}

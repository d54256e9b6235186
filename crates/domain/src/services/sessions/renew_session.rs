//! Issuing a session's next token (seed 002 in `docs/api/seeds/`, "Token Refresh").

use super::Sessions;
use crate::Timestamp;
use crate::mutants::Mutant;
use crate::ports::{StoreError, StoreExt};
use crate::session::{Lifetimes, LiveSession, SessionPolicy, SessionToken};
use crate::token::{KeyPlace, Token, TokenKeys};

/// The next token of a session. It holds the token in clear and cannot be printed.
pub struct NextToken {
    /// The token.
    pub token: Token,
    /// When it expires.
    pub expires_at: Timestamp,
}

impl Sessions {
    /// The next token of the session, if the presented token expires soon or already has a successor.
    ///
    /// A sliding session has no next token unless an operator had one issued (`azuma key rotate --reissue`).
    ///
    /// The next token is stored once. Every use of the presented token gets the same one, until the presented token
    /// expires. Only a next token that an operator had issued may be followed by another before its first use: a client that presents
    /// the former token within the grace gets one with a full life. So a use of a sliding token extends its successor, and where the only
    /// successor of a rotating token is due itself, one more is stored and answered.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn renew_session(
        &self,
        caller: &LiveSession,
    ) -> Result<Option<NextToken>, StoreError> {
        let now = self.clock.now();
        let token = &caller.token;
        let lifetimes = &self.lifetimes;
        let is_due =
            lifetimes.renewal_is_due(caller.policy, caller.issued_at, token.expires_at, now);
        if !is_due && !caller.has_successor() {
            return Ok(None);
        }
        let superseded = token.generation < caller.current;
        let row = match self.known_successor(caller, now).await? {
            Some(row) => Some(row),
            // Else the successor was made with a key that is gone, or that this node does not have yet.
            None if superseded || !is_due => None,
            None => self.store_next_token(caller, now).await?,
        };
        let row = match (row, caller.policy) {
            // A use of the former token counts as one of its successor.
            (Some(row), SessionPolicy::Sliding) => {
                let used = self.use_token(row.hash, now).await?;
                used.map(|used| used.token)
            }
            (row, _) => row,
        };
        Ok(row.and_then(|row| self.next_token(caller, &row)))
    }

    /// The successor that is already stored, found without a write.
    async fn known_successor(
        &self,
        caller: &LiveSession,
        now: Timestamp,
    ) -> Result<Option<SessionToken>, StoreError> {
        let id = caller.session_id();
        let known = self
            .store
            .read(move |reader| reader.sessions().tokens(id))
            .await?;
        Ok(successor(&self.keys, &self.lifetimes, caller, &known, now))
    }

    /// Stores the next token and returns it. If a racing request has stored one, returns that token.
    async fn store_next_token(
        &self,
        caller: &LiveSession,
        now: Timestamp,
    ) -> Result<Option<SessionToken>, StoreError> {
        let keys = self.keys.clone();
        let caller = caller.clone();
        let user_id = caller.user.id;
        let lifetimes = self.lifetimes;
        let row = self
            .store
            .transact::<_, StoreError>(move |tx| {
                let (id, shape) = (caller.session_id(), caller.shape);
                let known = tx.sessions().tokens(id)?;
                if let Some(row) = successor(&keys, &lifetimes, &caller, &known, now) {
                    return Ok(Some(row));
                }
                let newest = known.iter().map(|row| row.generation).max();
                let next = newest.unwrap_or(caller.token.generation).next();
                let token = keys.session_token(id, next, shape);
                let row = SessionToken {
                    session_id: id,
                    generation: next,
                    hash: token.hash(),
                    expires_at: lifetimes.next_expiry(caller.issued_at, now),
                    last_used_at: None,
                };
                if tx.sessions().insert_token(&row)? {
                    return Ok(Some(row));
                }
                let known = tx.sessions().tokens(id)?;
                Ok(successor(&keys, &lifetimes, &caller, &known, now))
            })
            .await?;
        self.session_check.invalidate(user_id);
        Ok(row)
    }

    fn next_token(&self, caller: &LiveSession, row: &SessionToken) -> Option<NextToken> {
        let token = recover(&self.keys, caller, row)?;
        Some(NextToken {
            token,
            // The row may be older than a limit to the session's life.
            expires_at: self.lifetimes.bound(caller.issued_at, row.expires_at),
        })
    }
}

/// The first live token after the caller's that the current key derives, or else the first that a known key can derive again: after
/// an operator had tokens issued again, no session that has one of the current key is given one of a former key.
///
/// A caller with a token of a former key gets the last one of the current key. Where that is the only one, and due itself, there is
/// none yet: a further one is to be stored, once.
fn successor(
    keys: &TokenKeys,
    lifetimes: &Lifetimes,
    caller: &LiveSession,
    known: &[SessionToken],
    now: Timestamp,
) -> Option<SessionToken> {
    if Mutant::RenewalsDisagree.is_on() {
        return None;
    }
    let later = || {
        let later = known.iter();
        later.filter(|row| row.generation > caller.token.generation && row.is_live(now))
    };
    let key_of = |row: &SessionToken| keys.key_of_session_token(row, caller.shape);
    let is_current = |row: &SessionToken| key_of(row) == Some(KeyPlace::CURRENT);
    let of_current: Vec<_> = later().filter(|row| is_current(row)).collect();
    let is_due = |row: &SessionToken| {
        lifetimes.renewal_is_due(caller.policy, caller.issued_at, row.expires_at, now)
    };
    let is_superseded = caller.token.generation < caller.current;
    match (of_current.as_slice(), is_current(&caller.token)) {
        ([], _) => later().find(|row| key_of(row).is_some()).copied(),
        ([only], false) if is_due(only) && !is_superseded => None,
        ([.., last], false) => Some(**last),
        ([first, ..], true) => Some(**first),
    }
}

fn recover(keys: &TokenKeys, caller: &LiveSession, row: &SessionToken) -> Option<Token> {
    keys.recover_session_token(caller.session_id(), row.generation, caller.shape, &row.hash)
}

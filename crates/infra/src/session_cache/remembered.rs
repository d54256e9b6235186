//! What is remembered of a token: what was found of it, and its uses, as far as they may not be stored yet.

use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::Duration;

use azuma_domain::Timestamp;
use azuma_domain::ports::SessionUse;
use azuma_domain::session::{LiveSession, SessionPolicy};
use azuma_domain::token::TokenHash;
use azuma_domain::user::UserId;
use tokio::sync::Mutex;

/// With less than this left of the stored expiry, an extension is written before it is answered. Other nodes read the
/// stored one, and a write may be a minute late.
const WRITE_FIRST_WITHIN: Duration = Duration::from_secs(10 * 60);

/// What is remembered of a token. Forgotten, it lives on until its last use is written.
///
/// A use is noted and then looks whether the token waits; the writer ends the wait and then reads what was noted. One of
/// the two sees the other, in the one order that all these (`SeqCst`) accesses have.
pub(super) struct Remembered {
    /// As it was found.
    found: LiveSession,
    /// Microseconds since 1970; 0 stands for never.
    used_at: AtomicI64,
    expiry: Expiry,
    waits: AtomicBool,
    /// The store no longer has the token.
    gone: AtomicBool,
    /// Held while an urgent use is written, so that simultaneous ones are one write.
    pub(super) urgent_write: Mutex<()>,
}

/// Microseconds since 1970.
enum Expiry {
    /// Uses leave it as it is.
    Fixed(Timestamp),
    /// Uses move it, here first.
    Sliding { here: AtomicI64, stored: AtomicI64 },
}

impl Remembered {
    /// Of a token just read from the store.
    pub(super) fn new(found: LiveSession) -> Self {
        let token = found.token;
        let micros = token.expires_at.micros();
        Self {
            used_at: AtomicI64::new(token.last_used_at.map_or(0, Timestamp::micros)),
            expiry: match found.policy {
                SessionPolicy::Rotating => Expiry::Fixed(token.expires_at),
                SessionPolicy::Sliding => Expiry::Sliding {
                    here: AtomicI64::new(micros),
                    stored: AtomicI64::new(micros),
                },
            },
            waits: AtomicBool::new(false),
            gone: AtomicBool::new(false),
            urgent_write: Mutex::new(()),
            found,
        }
    }

    pub(super) fn hash(&self) -> TokenHash {
        self.found.token.hash
    }

    /// Whose it is.
    pub(super) fn user_id(&self) -> UserId {
        self.found.user.id
    }

    /// What was found, as later uses left it.
    pub(super) fn as_used(&self) -> LiveSession {
        let mut found = self.found.clone();
        found.token.expires_at = self.expires_at();
        found.token.last_used_at = self.last_used_at();
        found
    }

    /// Notes a use. Nothing moves backwards.
    pub(super) fn note(&self, used_at: Timestamp, expires_at: Timestamp) {
        self.used_at.fetch_max(used_at.micros(), Ordering::SeqCst);
        if let Expiry::Sliding { here, .. } = &self.expiry {
            here.fetch_max(expires_at.micros(), Ordering::SeqCst);
        }
    }

    /// When it was last used.
    fn last_used_at(&self) -> Option<Timestamp> {
        match self.used_at.load(Ordering::SeqCst) {
            0 => None,
            micros => Some(Timestamp::from_micros(micros)),
        }
    }

    /// When it expires by the latest use, stored or not.
    fn expires_at(&self) -> Timestamp {
        match &self.expiry {
            Expiry::Fixed(at) => *at,
            Expiry::Sliding { here, .. } => Timestamp::from_micros(here.load(Ordering::SeqCst)),
        }
    }

    /// The latest use, to be written.
    pub(super) fn latest(&self) -> SessionUse {
        SessionUse {
            hash: self.hash(),
            used_at: Timestamp::from_micros(self.used_at.load(Ordering::SeqCst)),
            expires_at: self.expires_at(),
        }
    }

    /// `written` is in the store.
    pub(super) fn stored(&self, written: SessionUse) {
        if let Expiry::Sliding { stored, .. } = &self.expiry {
            stored.fetch_max(written.expires_at.micros(), Ordering::SeqCst);
        }
    }

    /// The store has found no such token to write a use of. From now on it is asked.
    pub(super) fn lost(&self) {
        self.gone.store(true, Ordering::SeqCst);
    }

    /// Whether the token is live at `now` by what is stored. An expiry that is known here alone proves nothing: the
    /// store may have let the token go.
    pub(super) fn is_live(&self, now: Timestamp) -> bool {
        !self.gone.load(Ordering::SeqCst) && now < self.stored_expiry()
    }

    /// Whether the store must know of the latest expiry before anybody is told of it.
    pub(super) fn is_urgent(&self, now: Timestamp) -> bool {
        let stored = self.stored_expiry();
        self.expires_at() > stored && now.until(stored) < WRITE_FIRST_WITHIN
    }

    fn stored_expiry(&self) -> Timestamp {
        match &self.expiry {
            Expiry::Fixed(at) => *at,
            Expiry::Sliding { stored, .. } => Timestamp::from_micros(stored.load(Ordering::SeqCst)),
        }
    }

    /// Marks it as waiting to be written; answers whether it was not before.
    pub(super) fn begin_to_wait(&self) -> bool {
        // Most uses find it waiting, and only look.
        !self.waits.load(Ordering::SeqCst) && !self.waits.swap(true, Ordering::SeqCst)
    }

    /// From now on a use waits anew: what is written next may not hold it.
    pub(super) fn end_to_wait(&self) {
        self.waits.swap(false, Ordering::SeqCst);
    }
}

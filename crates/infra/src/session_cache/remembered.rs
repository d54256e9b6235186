//! What is remembered of a token: what was found of it, and its uses, as far as they may not be stored yet.

use std::mem::offset_of;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::Duration;

use azuma_domain::Timestamp;
use azuma_domain::ports::SessionUse;
use azuma_domain::session::{LiveSession, SessionId, SessionOwner, SessionPolicy, SessionToken};
use azuma_domain::token::{Generation, TokenHash, TokenShape};
use azuma_domain::user::UserId;
use tokio::sync::Mutex;

/// With less than this left of the stored expiry, an extension is written before it is answered. Other nodes read the
/// stored one, and a write may be a minute late.
const WRITE_FIRST_WITHIN: Duration = Duration::from_secs(10 * 60);

/// What is remembered of a token. Forgotten, it lives on until its last use is written.
///
/// A use is noted and then looks whether the token waits; the writer ends the wait and then reads what was noted. One of
/// the two sees the other, in the one order that all these (`SeqCst`) accesses have.
///
/// Among a million tokens a check finds none of this in the processor's cache, so what every check reads is small and
/// lies together.
#[repr(C)]
pub(super) struct Remembered {
    user: Arc<SessionOwner>,
    /// Microseconds since 1970; 0 stands for never.
    used_at: AtomicI64,
    /// Microseconds since 1970, by the latest use.
    expires_at: AtomicI64,
    /// Microseconds since 1970, as the store has it.
    stored_expiry: AtomicI64,
    waits: AtomicBool,
    /// The store no longer has the token.
    gone: AtomicBool,
    policy: SessionPolicy,
    shape: TokenShape,
    generation: Generation,
    current: Generation,
    newest: Generation,
    hash: TokenHash,
    session_id: SessionId,
    /// Held while an urgent use is written, so that simultaneous ones are one write.
    pub(super) urgent_write: Mutex<()>,
}

// With the counts of its `Arc`, a check reads as much as two lines hold; three, where it does not begin with one.
const _: () = assert!(offset_of!(Remembered, urgent_write) <= 2 * 64 - 16);

impl Remembered {
    /// Of a token just read from the store.
    pub(super) fn new(found: LiveSession) -> Self {
        let LiveSession {
            token,
            policy,
            shape,
            current,
            newest,
            user,
        } = found;
        Self {
            user,
            used_at: AtomicI64::new(token.last_used_at.map_or(0, Timestamp::micros)),
            expires_at: AtomicI64::new(token.expires_at.micros()),
            stored_expiry: AtomicI64::new(token.expires_at.micros()),
            waits: AtomicBool::new(false),
            gone: AtomicBool::new(false),
            policy,
            shape,
            generation: token.generation,
            current,
            newest,
            hash: token.hash,
            session_id: token.session_id,
            urgent_write: Mutex::new(()),
        }
    }

    pub(super) fn hash(&self) -> TokenHash {
        self.hash
    }

    /// Whose it is.
    pub(super) fn user_id(&self) -> UserId {
        self.user.id
    }

    /// What was found, as later uses left it.
    pub(super) fn as_used(&self) -> LiveSession {
        LiveSession {
            token: SessionToken {
                session_id: self.session_id,
                generation: self.generation,
                hash: self.hash,
                expires_at: self.expires_at(),
                last_used_at: self.last_used_at(),
            },
            policy: self.policy,
            shape: self.shape,
            current: self.current,
            newest: self.newest,
            user: Arc::clone(&self.user),
        }
    }

    /// Notes a use. Nothing moves backwards.
    pub(super) fn note(&self, used_at: Timestamp, extended_to: Option<Timestamp>) {
        self.used_at.fetch_max(used_at.micros(), Ordering::SeqCst);
        if let Some(to) = extended_to {
            self.expires_at.fetch_max(to.micros(), Ordering::SeqCst);
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
        Timestamp::from_micros(self.expires_at.load(Ordering::SeqCst))
    }

    /// The latest use, to be written.
    pub(super) fn latest(&self) -> SessionUse {
        SessionUse {
            hash: self.hash(),
            used_at: Timestamp::from_micros(self.used_at.load(Ordering::SeqCst)),
            extended_to: match self.policy {
                SessionPolicy::Sliding => Some(self.expires_at()),
                SessionPolicy::Rotating => None,
            },
        }
    }

    /// `written` is in the store.
    pub(super) fn stored(&self, written: SessionUse) {
        if let Some(to) = written.extended_to {
            self.stored_expiry.fetch_max(to.micros(), Ordering::SeqCst);
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
        Timestamp::from_micros(self.stored_expiry.load(Ordering::SeqCst))
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

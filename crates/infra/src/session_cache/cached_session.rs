//! A session in memory: the store's answer, and later uses that may not be stored yet.

use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::Duration;

use azuma_domain::Timestamp;
use azuma_domain::mutants::Mutant;
use azuma_domain::ports::SessionUse;
use azuma_domain::session::{Lifetimes, LiveSession, SessionPolicy};
use azuma_domain::token::TokenHash;
use azuma_domain::user::UserId;
use tokio::sync::Mutex;

/// If the stored expiry is nearer than this, an extension is written before the request is answered. Other nodes read
/// the stored expiry, and a write in the background may be a minute late.
const WRITE_FIRST_WITHIN: Duration = Duration::from_mins(10);
/// If the stored expiry is so much behind, the extension is written before the request is answered, too: a crash loses
/// what was not written. The first use of a session is such a case, as it extends hours to weeks.
const WRITE_FIRST_BEHIND: Duration = Duration::from_hours(24);

/// A session that is cached under one of its tokens. After an eviction or invalidation, the value is kept until its
/// last use is written.
///
/// A use stores its times, then looks at `unwritten`. The writer clears `unwritten`, then reads the times. All these
/// accesses are `SeqCst`, so one of the two sees the other and no use is lost.
pub(super) struct CachedSession {
    /// The store's answer.
    found: LiveSession,
    /// When the session was last used, in microseconds since 1970.
    used_at: AtomicI64,
    /// When the session expires by its latest use, in microseconds since 1970.
    expires_at: AtomicI64,
    /// The expiry that is known to be stored, in microseconds since 1970.
    stored_expiry: AtomicI64,
    /// Whether a use came after the writer last read the times.
    unwritten: AtomicBool,
    /// Whether the store found no token when a use was written.
    is_gone: AtomicBool,
    /// Held while a use is written before the answer, so that simultaneous uses share one write.
    pub(super) write_first: Mutex<()>,
}

impl CachedSession {
    pub(super) fn new(found: LiveSession) -> Self {
        let expires_at = found.token.expires_at.micros();
        let used_at = found.token.last_used_at.map_or(i64::MIN, Timestamp::micros);
        Self {
            found,
            used_at: AtomicI64::new(used_at),
            expires_at: AtomicI64::new(expires_at),
            stored_expiry: AtomicI64::new(expires_at),
            unwritten: AtomicBool::new(false),
            is_gone: AtomicBool::new(false),
            write_first: Mutex::new(()),
        }
    }

    pub(super) fn hash(&self) -> TokenHash {
        self.found.token.hash
    }

    pub(super) fn user_id(&self) -> UserId {
        self.found.user.id
    }

    /// Records a use at `now`. Neither time moves backwards.
    pub(super) fn record_use(&self, now: Timestamp, lifetimes: &Lifetimes) {
        self.advance(now, self.found.extension(lifetimes, now));
    }

    /// Merges a use that another copy of the session recorded.
    pub(super) fn take_over(&self, other: SessionUse) {
        // The other copy may be from before there was a next token.
        let extended_to = other.extended_to.filter(|_| !self.found.has_successor());
        self.advance(other.used_at, extended_to);
        self.unwritten.store(true, Ordering::SeqCst);
    }

    fn advance(&self, used_at: Timestamp, extended_to: Option<Timestamp>) {
        self.used_at.fetch_max(used_at.micros(), Ordering::SeqCst);
        if let Some(to) = extended_to {
            self.expires_at.fetch_max(to.micros(), Ordering::SeqCst);
        }
    }

    /// The session after its latest use. Call it only after a use was recorded.
    pub(super) fn live_session(&self) -> LiveSession {
        let latest = self.latest_use();
        let mut live = self.found.clone();
        if Mutant::CacheTellsOldExpiry.is_on() {
            return live;
        }
        live.token.record_use(latest.used_at, latest.extended_to);
        live
    }

    /// The session with its latest recorded use. This call records none.
    pub(super) fn peek(&self) -> LiveSession {
        let mut live = self.found.clone();
        live.token.expires_at = live.token.expires_at.max(self.expires_at());
        live
    }

    /// The latest use. Call it only after a use was recorded.
    pub(super) fn latest_use(&self) -> SessionUse {
        SessionUse {
            hash: self.hash(),
            used_at: Timestamp::from_micros(self.used_at.load(Ordering::SeqCst)),
            extended_to: match (self.found.policy, self.found.has_successor()) {
                (SessionPolicy::Sliding, false) => Some(self.expires_at()),
                (SessionPolicy::Sliding, true) | (SessionPolicy::Rotating, _) => None,
            },
        }
    }

    /// Marks the latest use as unwritten. Returns whether the session had no unwritten use before.
    pub(super) fn becomes_unwritten(&self) -> bool {
        // Most uses find the flag set, and need no write to memory.
        !self.is_unwritten() && !self.unwritten.swap(true, Ordering::SeqCst)
    }

    pub(super) fn is_unwritten(&self) -> bool {
        self.unwritten.load(Ordering::SeqCst)
    }

    /// The latest use, which the caller writes. A later use marks the session as unwritten again.
    pub(super) fn take_use(&self) -> SessionUse {
        self.unwritten.store(false, Ordering::SeqCst);
        self.latest_use()
    }

    /// The store has written this use.
    pub(super) fn was_written(&self, written: SessionUse) {
        if let Some(to) = written.extended_to {
            self.stored_expiry.fetch_max(to.micros(), Ordering::SeqCst);
        }
    }

    /// The store found no token when a use was written. From now on, checks of this token ask the store.
    pub(super) fn was_not_found(&self) {
        self.is_gone.store(true, Ordering::SeqCst);
    }

    /// Whether memory may answer that the token is live at `now`. Only the stored expiry counts, because the sweep
    /// deletes tokens by it.
    pub(super) fn is_live(&self, now: Timestamp) -> bool {
        !self.is_gone.load(Ordering::SeqCst) && now < self.stored_expiry()
    }

    /// Whether the latest expiry must be stored before the request is answered.
    pub(super) fn is_urgent(&self, now: Timestamp) -> bool {
        let (stored, latest) = (self.stored_expiry(), self.expires_at());
        let behind = stored.until(latest);
        behind > WRITE_FIRST_BEHIND || (!behind.is_zero() && now.until(stored) < WRITE_FIRST_WITHIN)
    }

    fn expires_at(&self) -> Timestamp {
        Timestamp::from_micros(self.expires_at.load(Ordering::SeqCst))
    }

    fn stored_expiry(&self) -> Timestamp {
        Timestamp::from_micros(self.stored_expiry.load(Ordering::SeqCst))
    }
}

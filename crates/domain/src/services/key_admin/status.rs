//! What each key has derived.

use super::{KeyAdmin, PAGE};
use crate::Timestamp;
use crate::ports::{StoreError, StoreExt};
use crate::session::SessionWithTokens;
use crate::token::KeyPlace;

/// What the keys of this node have derived, of what lives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyStatus {
    /// The fingerprint of each key and what it has derived, the current one first.
    pub known: Vec<(String, KeyUses)>,
    /// What another key has derived.
    pub unknown: KeyUses,
    /// How many sessions cannot be read, because a later release wrote them.
    pub unreadable: u64,
}

/// What a key has derived.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct KeyUses {
    /// Live sessions whose newest live token it derived.
    pub sessions: u64,
    /// Live tokens it derived of sessions whose newest live token another key derived, as after
    /// [`KeyAdmin::reissue`].
    pub replaced: u64,
    /// Mailed links that have not expired.
    pub links: u64,
    /// Second factors, also those that are being set up.
    pub factors: u64,
    /// When the last of the sessions, replaced tokens and links ends, if nothing extends it; `None` if there are none.
    pub last_end: Option<Timestamp>,
}

impl KeyUses {
    /// Whether it derived nothing that lives.
    #[must_use]
    pub fn is_none(&self) -> bool {
        *self == Self::default()
    }

    /// The uses of both.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            sessions: self.sessions + other.sessions,
            replaced: self.replaced + other.replaced,
            links: self.links + other.links,
            factors: self.factors + other.factors,
            last_end: self.last_end.max(other.last_end),
        }
    }

    fn session(end: Timestamp) -> Self {
        Self {
            sessions: 1,
            last_end: Some(end),
            ..Self::default()
        }
    }

    fn replaced(end: Timestamp) -> Self {
        Self {
            replaced: 1,
            last_end: Some(end),
            ..Self::default()
        }
    }

    fn link(end: Timestamp) -> Self {
        Self {
            links: 1,
            last_end: Some(end),
            ..Self::default()
        }
    }

    fn factor() -> Self {
        Self {
            factors: 1,
            ..Self::default()
        }
    }
}

impl KeyStatus {
    fn add(&mut self, key: Option<KeyPlace>, uses: KeyUses) {
        let known = key.and_then(|place| self.known.get_mut(place.index()));
        let counted = known.map_or(&mut self.unknown, |(_, counted)| counted);
        *counted = counted.and(uses);
    }

    /// What the previous keys have derived.
    #[must_use]
    pub fn of_previous(&self) -> KeyUses {
        let previous = self.known.iter().skip(1);
        previous.fold(KeyUses::default(), |all, (_, uses)| all.and(*uses))
    }
}

impl KeyAdmin {
    /// Counts, page by page, what each key has derived. What changes meanwhile may be counted or not.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn status(&self) -> Result<KeyStatus, StoreError> {
        let fingerprints = self.keys.fingerprints().into_iter();
        let mut status = KeyStatus {
            known: fingerprints.map(|one| (one, KeyUses::default())).collect(),
            unknown: KeyUses::default(),
            unreadable: 0,
        };
        self.count_sessions(&mut status).await?;
        self.count_links(&mut status).await?;
        self.count_factors(&mut status).await?;
        Ok(status)
    }

    async fn count_sessions(&self, status: &mut KeyStatus) -> Result<(), StoreError> {
        let now = self.clock.now();
        let mut after = None;
        loop {
            let read = self
                .store
                .read(move |reader| reader.sessions().page_with_tokens(after, PAGE));
            let page = read.await?;
            status.unreadable += u64::try_from(page.unreadable.len()).unwrap_or(u64::MAX);
            for found in page.sessions {
                self.count_session(status, &found, now);
            }
            after = page.last;
            if after.is_none() {
                return Ok(());
            }
        }
    }

    fn count_session(&self, status: &mut KeyStatus, found: &SessionWithTokens, now: Timestamp) {
        let session = &found.session;
        let Some(newest) = found.newest_live(now) else {
            return;
        };
        if self.lifetimes.has_ended(session.created_at, now) {
            return;
        }
        let live = found.tokens.iter().map(|token| token.expires_at).max();
        let end = live.map_or(newest.expires_at, |end| end.max(newest.expires_at));
        let end = self.lifetimes.bound(session.created_at, end);
        let key_of = |token| self.keys.key_of_session_token(token, session.shape);
        let newest_key = key_of(newest);
        status.add(newest_key, KeyUses::session(end));
        for token in found.tokens.iter().filter(|token| token.is_live(now)) {
            let key = key_of(token);
            if key != newest_key {
                let end = self.lifetimes.bound(session.created_at, token.expires_at);
                status.add(key, KeyUses::replaced(end));
            }
        }
    }

    async fn count_links(&self, status: &mut KeyStatus) -> Result<(), StoreError> {
        let now = self.clock.now();
        let mut after = None;
        loop {
            let read = self
                .store
                .read(move |reader| reader.links().page(after, now, PAGE));
            let page = read.await?;
            for link in &page {
                let key = self.keys.key_of_link(link.id, &link.hash);
                status.add(key, KeyUses::link(link.expires_at));
            }
            after = page.last().map(|link| link.id);
            if after.is_none() {
                return Ok(());
            }
        }
    }

    async fn count_factors(&self, status: &mut KeyStatus) -> Result<(), StoreError> {
        let mut after = None;
        loop {
            let read = self
                .store
                .read(move |reader| reader.factors().page(after, PAGE));
            let page = read.await?;
            for (user_id, factor) in &page {
                let key = self.keys.key_of_factor(*user_id, factor);
                status.add(key, KeyUses::factor());
            }
            after = page.last().map(|(user_id, _)| *user_id);
            if after.is_none() {
                return Ok(());
            }
        }
    }
}

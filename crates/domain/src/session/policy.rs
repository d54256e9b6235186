//! How long sessions live.

use std::time::Duration;

use super::ListedSession;
use crate::Timestamp;
use crate::token::TokenShape;

/// How a session's tokens expire. A session keeps the policy it was issued under.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SessionPolicy {
    /// A session has one token, and every use extends it (seed 000 in `docs/api/seeds/`).
    Sliding,
    /// A token's expiry is fixed. Shortly before it, the next token is issued (seed 002 in `docs/api/seeds/`).
    Rotating,
}

/// The terms under which a dialect issues sessions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionTerms {
    /// How the tokens expire.
    pub policy: SessionPolicy,
    /// The format of the tokens.
    pub shape: TokenShape,
    /// How long the first token lives if it is not used.
    pub first_life: Duration,
}

/// The configured durations, which apply to every session of an instance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lifetimes {
    /// How long a sliding token lives after a use.
    pub extend_to: Duration,
    /// How long a rotating token lives.
    pub lifetime: Duration,
    /// The next token is due when a rotating token has at most this long to live.
    pub renew_within: Duration,
    /// How long a rotating token lives after the first use of the next one.
    pub grace: Duration,
    /// How long a session lives after it was issued, whatever extends or renews it; `None`: as long as it is used.
    pub absolute: Option<Duration>,
}

impl Lifetimes {
    /// The expiry that a use at `now` extends a token to, if its session was issued at `issued_at`; `None` if uses do not
    /// extend it.
    #[must_use]
    pub fn extension(
        &self,
        policy: SessionPolicy,
        issued_at: Timestamp,
        now: Timestamp,
    ) -> Option<Timestamp> {
        match policy {
            SessionPolicy::Sliding => Some(self.bound(issued_at, now.plus(self.extend_to))),
            SessionPolicy::Rotating => None,
        }
    }

    /// Whether the next token is due, if the current token expires at `expires_at` and its session was issued at
    /// `issued_at`. A token that lives as long as its session may needs no successor.
    #[must_use]
    pub fn renewal_is_due(
        &self,
        policy: SessionPolicy,
        issued_at: Timestamp,
        expires_at: Timestamp,
        now: Timestamp,
    ) -> bool {
        match policy {
            SessionPolicy::Sliding => false,
            SessionPolicy::Rotating => {
                now.until(expires_at) <= self.renew_within
                    && self.end_of(issued_at).is_none_or(|end| expires_at < end)
            }
        }
    }

    /// The expiry of a token issued at `now` to a rotating session that was issued at `issued_at`.
    #[must_use]
    pub fn next_expiry(&self, issued_at: Timestamp, now: Timestamp) -> Timestamp {
        self.bound(issued_at, now.plus(self.lifetime))
    }

    /// `expires_at`, or the end of a session that was issued at `issued_at` if that is sooner.
    #[must_use]
    pub fn bound(&self, issued_at: Timestamp, expires_at: Timestamp) -> Timestamp {
        self.end_of(issued_at)
            .map_or(expires_at, |end| end.min(expires_at))
    }

    /// Whether a session that was issued at `issued_at` has ended at `now`, whatever its tokens say.
    #[must_use]
    pub fn has_ended(&self, issued_at: Timestamp, now: Timestamp) -> bool {
        self.end_of(issued_at).is_some_and(|end| end <= now)
    }

    /// Takes those that have ended at `now` off a list, and shows no expiry later than the end of its session. Rows may be older
    /// than a limit to the life of sessions.
    pub fn bound_listed(&self, sessions: &mut Vec<ListedSession>, now: Timestamp) {
        sessions.retain(|listed| !self.has_ended(listed.session.created_at, now));
        for listed in sessions {
            let expires_at = &mut listed.token.expires_at;
            *expires_at = self.bound(listed.session.created_at, *expires_at);
        }
    }

    fn end_of(&self, issued_at: Timestamp) -> Option<Timestamp> {
        Some(issued_at.plus(self.absolute?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: Duration = Duration::from_hours(24);

    fn lifetimes() -> Lifetimes {
        Lifetimes {
            extend_to: 14 * DAY,
            lifetime: 30 * DAY,
            renew_within: 7 * DAY,
            grace: Duration::from_mins(1),
            absolute: None,
        }
    }

    #[test]
    fn a_use_extends_a_sliding_token_and_leaves_a_rotating_one() {
        let now = Timestamp::from_micros(1_000_000);
        let spans = lifetimes();
        let sliding = spans.extension(SessionPolicy::Sliding, now, now);
        assert_eq!(sliding, Some(now.plus(14 * DAY)));
        assert_eq!(spans.extension(SessionPolicy::Rotating, now, now), None);
    }

    #[test]
    fn renewal_is_due_with_seven_days_or_less_left() {
        let now = Timestamp::from_micros(1_000_000);
        let spans = lifetimes();
        let due = |left| spans.renewal_is_due(SessionPolicy::Rotating, now, now.plus(left), now);
        assert!(due(7 * DAY));
        assert!(!due(7 * DAY + Duration::from_micros(1)));
        assert!(!spans.renewal_is_due(SessionPolicy::Sliding, now, now.plus(DAY), now));
    }

    #[test]
    fn no_expiry_is_later_than_the_end_of_the_session() {
        let issued = Timestamp::from_micros(1_000_000);
        let spans = Lifetimes {
            absolute: Some(20 * DAY),
            ..lifetimes()
        };
        let end = issued.plus(20 * DAY);
        let extended = |now| spans.extension(SessionPolicy::Sliding, issued, now);
        assert_eq!(extended(issued), Some(issued.plus(14 * DAY)));
        assert_eq!(extended(issued.plus(10 * DAY)), Some(end));
        assert_eq!(spans.next_expiry(issued, issued), end);
        let due = |left| {
            let now = issued.plus(20 * DAY - left);
            spans.renewal_is_due(SessionPolicy::Rotating, issued, now.plus(DAY), now)
        };
        assert!(due(2 * DAY) && !due(DAY));
        assert!(spans.has_ended(issued, end));
        let just_before = issued.plus(20 * DAY - Duration::from_micros(1));
        assert!(!spans.has_ended(issued, just_before));
    }
}

//! How long sessions live.

use std::time::Duration;

use crate::Timestamp;
use crate::token::TokenShape;

/// How a session's tokens expire. A session keeps the policy it was issued under.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SessionPolicy {
    /// One token; every use moves its expiry (seed 000 in `docs/api/seeds/`).
    Sliding,
    /// A token's expiry stands; near it, a next token takes over (seed 002 in `docs/api/seeds/`).
    Rotating,
}

/// What a dialect asks of the sessions it issues.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionTerms {
    /// How its tokens expire.
    pub policy: SessionPolicy,
    /// How its tokens are written.
    pub shape: TokenShape,
    /// How long the first token lives, not being used.
    pub first_life: Duration,
}

/// The spans that hold for every session of an instance, as configured now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lifetimes {
    /// How long a sliding token lives after a use.
    pub extend_to: Duration,
    /// How long a rotating token lives.
    pub lifetime: Duration,
    /// With this much left or less, the next token is due.
    pub renew_within: Duration,
    /// How long the old token lives after the first use of the next.
    pub grace: Duration,
}

impl Lifetimes {
    /// Until when a use at `now` extends a token; `None` where uses extend nothing.
    #[must_use]
    pub fn extension(&self, policy: SessionPolicy, now: Timestamp) -> Option<Timestamp> {
        match policy {
            SessionPolicy::Sliding => Some(now.plus(self.extend_to)),
            SessionPolicy::Rotating => None,
        }
    }

    /// Whether a token that expires at `expires_at` is to be followed by a next one now.
    #[must_use]
    pub fn renewal_is_due(
        &self,
        policy: SessionPolicy,
        expires_at: Timestamp,
        now: Timestamp,
    ) -> bool {
        match policy {
            SessionPolicy::Sliding => false,
            SessionPolicy::Rotating => now.until(expires_at) <= self.renew_within,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: Duration = Duration::from_secs(24 * 60 * 60);

    fn lifetimes() -> Lifetimes {
        Lifetimes {
            extend_to: 14 * DAY,
            lifetime: 30 * DAY,
            renew_within: 7 * DAY,
            grace: Duration::from_secs(60),
        }
    }

    #[test]
    fn a_use_extends_a_sliding_token_and_leaves_a_rotating_one() {
        let now = Timestamp::from_micros(1_000_000);
        let spans = lifetimes();
        let sliding = spans.extension(SessionPolicy::Sliding, now);
        assert_eq!(sliding, Some(now.plus(14 * DAY)));
        assert_eq!(spans.extension(SessionPolicy::Rotating, now), None);
    }

    #[test]
    fn renewal_is_due_with_seven_days_or_less_left() {
        let now = Timestamp::from_micros(1_000_000);
        let spans = lifetimes();
        let due = |left| spans.renewal_is_due(SessionPolicy::Rotating, now.plus(left), now);
        assert!(due(7 * DAY));
        assert!(!due(7 * DAY + Duration::from_micros(1)));
        assert!(!spans.renewal_is_due(SessionPolicy::Sliding, now.plus(DAY), now));
    }
}

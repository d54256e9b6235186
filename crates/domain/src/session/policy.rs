//! How long sessions live.

use std::time::Duration;

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
}

impl Lifetimes {
    /// The expiry that a use at `now` extends a token to; `None` if uses do not extend it.
    #[must_use]
    pub fn extension(&self, policy: SessionPolicy, now: Timestamp) -> Option<Timestamp> {
        match policy {
            SessionPolicy::Sliding => Some(now.plus(self.extend_to)),
            SessionPolicy::Rotating => None,
        }
    }

    /// Whether the next token is due, if the current token expires at `expires_at`.
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

    const DAY: Duration = Duration::from_hours(24);

    fn lifetimes() -> Lifetimes {
        Lifetimes {
            extend_to: 14 * DAY,
            lifetime: 30 * DAY,
            renew_within: 7 * DAY,
            grace: Duration::from_mins(1),
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

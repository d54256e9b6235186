//! `sessions`, and the terms on which each API issues them.

use std::time::Duration;

use azuma_domain::session::{Lifetimes, SessionPolicy, SessionTerms};
use azuma_domain::token::TokenShape;
use serde::{Deserialize, Serialize};

use super::range::{DAY, DECADE, Span, whole};

/// `sessions`: how long sessions live.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Sessions {
    /// The most live sessions of a user.
    #[serde(deserialize_with = "whole::<1, 1000, _, _>")]
    pub per_user: u32,
    /// How many sessions are cached in memory, approximately.
    #[serde(deserialize_with = "whole::<0, 100_000_000, _, _>")]
    pub cache_entries: u32,
    /// How long a session lives after it was issued; zero: as long as it is used.
    #[serde(with = "Span::<0, DECADE>")]
    pub absolute: Duration,
    /// Sessions that every use extends.
    pub sliding: Sliding,
    /// Sessions whose token is replaced before it expires.
    pub rotating: Rotating,
}

/// `sessions.sliding`.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Sliding {
    /// How long a session of the azuma dialect lives before its first use.
    #[serde(with = "Span::<1, DECADE>")]
    pub first_use_within: Duration,
    /// How long a session lives after a use.
    #[serde(with = "Span::<1, DECADE>")]
    pub extend_to: Duration,
}

/// `sessions.rotating`.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Rotating {
    /// How long a token lives.
    #[serde(with = "Span::<1, DECADE>")]
    pub lifetime: Duration,
    /// The remaining lifetime from which the next token is due.
    #[serde(with = "Span::<0, DECADE>")]
    pub renew_within: Duration,
    /// How long the old token works after the first use of the next one.
    #[serde(with = "Span::<0, DAY>")]
    pub grace: Duration,
}

impl Sessions {
    /// The durations that apply to all sessions.
    #[must_use]
    pub fn lifetimes(&self) -> Lifetimes {
        Lifetimes {
            extend_to: self.sliding.extend_to,
            lifetime: self.rotating.lifetime,
            renew_within: self.rotating.renew_within,
            grace: self.rotating.grace,
            absolute: self.absolute(),
        }
    }

    fn absolute(&self) -> Option<Duration> {
        Some(self.absolute).filter(|span| !span.is_zero())
    }

    /// How long a first token lives that would live for `span`.
    fn first_life(&self, span: Duration) -> Duration {
        self.absolute().map_or(span, |absolute| absolute.min(span))
    }

    /// The terms of sessions that the azuma dialect issues.
    #[must_use]
    pub fn azuma_terms(&self) -> SessionTerms {
        SessionTerms {
            policy: SessionPolicy::Sliding,
            shape: TokenShape::Uuid,
            first_life: self.first_life(self.sliding.first_use_within),
        }
    }

    /// The terms of sessions that the legacy dialect issues.
    #[must_use]
    pub fn legacy_terms(&self) -> SessionTerms {
        SessionTerms {
            policy: SessionPolicy::Rotating,
            shape: TokenShape::Alphanumeric64,
            first_life: self.first_life(self.rotating.lifetime),
        }
    }

    /// The terms of sessions that the account dialect issues.
    #[must_use]
    pub fn account_terms(&self) -> SessionTerms {
        SessionTerms {
            policy: SessionPolicy::Sliding,
            shape: TokenShape::Uuid,
            first_life: self.first_life(self.sliding.extend_to),
        }
    }
}

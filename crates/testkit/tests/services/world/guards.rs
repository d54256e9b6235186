//! A guard that refuses everything.

use std::net::IpAddr;
use std::time::Duration;

use azuma_domain::ports::{AbuseGuard, RateLimited, RateLimitedAction};

/// How long [`Closed`] tells a client to wait.
pub const WAIT: Duration = Duration::from_secs(7);

/// Refuses every attempt.
pub struct Closed;

impl AbuseGuard for Closed {
    fn admit(
        &self,
        _ip: Option<IpAddr>,
        _attempt: RateLimitedAction<'_>,
    ) -> Result<(), RateLimited> {
        Err(RateLimited { retry_after: WAIT })
    }

    fn forgive(&self, _ip: Option<IpAddr>, _attempt: RateLimitedAction<'_>) {}
}

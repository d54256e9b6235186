//! The client that a session was issued to.

use std::net::IpAddr;

/// The most characters kept of a `User-Agent` header.
const MAX_USER_AGENT_CHARS: usize = 256;
/// The most characters of the header that are read.
const MOST_LOOKED_AT: usize = 4 * MAX_USER_AGENT_CHARS;

/// The client's `User-Agent` header: 1 to 256 characters without control characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserAgent(String);

impl UserAgent {
    /// Removes control characters and keeps the first 256 others; `None` if none is left.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let kept: String = text
            .chars()
            .take(MOST_LOOKED_AT)
            .filter(|c| !c.is_control())
            .take(MAX_USER_AGENT_CHARS)
            .collect();
        (!kept.is_empty()).then_some(Self(kept))
    }

    /// The header as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The client that sent a request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Client {
    /// Its address, as trusted proxies report it.
    pub ip: Option<IpAddr>,
    /// Its `User-Agent` header.
    pub user_agent: Option<UserAgent>,
}

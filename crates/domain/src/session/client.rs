//! What a session was issued to.

use std::net::IpAddr;

/// The most characters kept of a `User-Agent`.
const MAX_USER_AGENT_CHARS: usize = 256;
/// The most characters looked at for those that are kept.
const MOST_LOOKED_AT: usize = 4 * MAX_USER_AGENT_CHARS;

/// The program that logged in, as it named itself: at most 256 characters, none of them a control character.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserAgent(String);

impl UserAgent {
    /// Keeps what can be shown of what a client sent; `None` if nothing can.
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

    /// The text kept.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Where a request came from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Client {
    /// Its address, after trusted proxies were believed.
    pub ip: Option<IpAddr>,
    /// Its program.
    pub user_agent: Option<UserAgent>,
}

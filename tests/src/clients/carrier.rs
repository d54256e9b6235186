//! The ways to present a token.

use super::{Answer, ApiError};
use crate::server::Server;

/// Where a request carries its token, and which dialect it asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Carrier {
    /// `Authorization` at the current dialect.
    Azuma,
    /// The header `Azuma-Session` at the legacy dialect.
    LegacyHeader,
    /// The cookie `azuma_session` at the legacy dialect.
    LegacyCookie,
    /// `Authorization` at the account dialect.
    Account,
}

impl Carrier {
    /// All of them.
    pub const ALL: [Self; 4] = [
        Self::Azuma,
        Self::LegacyHeader,
        Self::LegacyCookie,
        Self::Account,
    ];

    /// A route of the dialect that answers 200 to whoever is authenticated.
    pub fn path(self) -> &'static str {
        match self {
            Self::Azuma => "/user/self",
            Self::LegacyHeader | Self::LegacyCookie => "/api/me",
            Self::Account => "/account/tokens",
        }
    }

    /// The header that carries a token.
    pub fn header(self, token: &str) -> (&'static str, String) {
        match self {
            Self::Azuma | Self::Account => ("Authorization", format!("Bearer {token}")),
            Self::LegacyHeader => ("Azuma-Session", token.to_owned()),
            Self::LegacyCookie => ("Cookie", format!("azuma_session={token}")),
        }
    }

    /// Presents a token; the answer is 200 or a refusal.
    pub async fn present(self, server: &Server, token: &str) -> Answer<ApiError> {
        let (name, value) = self.header(token);
        server.get(self.path()).header(name, value).send().await
    }
}

//! Where a request came from.

use std::fmt;

use crate::session::Client;

/// The id of a request, which its response and its log lines carry. It is written as 16 hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RequestId(u64);

impl RequestId {
    /// The id with this number.
    #[must_use]
    pub fn new(number: u64) -> Self {
        Self(number)
    }

    /// Reads an id back; `None` if it is none.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let id = u64::from_str_radix(text, 16).ok().map(Self);
        id.filter(|id| id.to_string() == text)
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

/// The client that sent a request, and the id of the request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Source {
    /// The client.
    pub client: Client,
    /// The id of its request.
    pub request_id: Option<RequestId>,
}

impl From<Client> for Source {
    fn from(client: Client) -> Self {
        let request_id = None;
        Self { client, request_id }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_read_back_only_as_it_is_written() {
        let id = RequestId::new(0xdcc6_1650_afb6_4d7c);
        assert_eq!(id.to_string(), "dcc61650afb64d7c");
        assert_eq!(RequestId::parse("dcc61650afb64d7c"), Some(id));
        for text in [
            "",
            "1",
            "+cc61650afb64d7c",
            "DCC61650AFB64D7C",
            "dcc61650afb64d7c0",
        ] {
            assert_eq!(RequestId::parse(text), None, "{text}");
        }
    }
}

//! Where the server listens, the URLs it is known by, and whom it believes about clients.

use std::fmt;
use std::net::{IpAddr, SocketAddr};

use ipnet::{IpNet, Ipv4Net};
use serde::de::{Deserialize, Deserializer, Error};
use serde::{Deserialize as DeriveDeserialize, Serialize};
use url::Url;

/// What stands for the public URL in `registration.verification_url`.
const PLACEHOLDER: &str = "{public_url}";

/// An address to listen on, `host:port`; the host may be a name.
#[derive(Clone, Debug, PartialEq, Eq, DeriveDeserialize, Serialize)]
#[serde(try_from = "String")]
pub struct ListenAddress(String);

impl ListenAddress {
    /// `host:port`, as `ToSocketAddrs` takes it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for ListenAddress {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        if text.parse::<SocketAddr>().is_ok() || is_named_address(&text) {
            return Ok(Self(text));
        }
        Err(format!(
            "must be an address and a port, such as `127.0.0.1:8080`, `[::1]:8080` or `localhost:8080`, and is {text:?}"
        ))
    }
}

impl fmt::Display for ListenAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn is_named_address(text: &str) -> bool {
    let Some((host, port)) = text.rsplit_once(':') else {
        return false;
    };
    let digits = !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
    let numeric_host = host
        .bytes()
        .all(|byte| byte.is_ascii_digit() || byte == b'.');
    let label = |label: &str| {
        !label.is_empty()
            && label
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
    };
    digits && port.parse::<u16>().is_ok() && !numeric_host && host.split('.').all(label)
}

/// The URL clients reach the server under: scheme, host and port, with no `/` at its end.
#[derive(Clone, Debug, PartialEq, Eq, DeriveDeserialize, Serialize)]
#[serde(try_from = "String")]
pub struct PublicUrl(String);

impl PublicUrl {
    /// The URL, such as `https://accounts.example.org`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether clients come by TLS, so that cookies are marked `Secure`.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.0.starts_with("https:")
    }
}

impl TryFrom<String> for PublicUrl {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, &'static str> {
        let url = web_url(&text)
            .filter(|url| url.path() == "/" && url.query().is_none() && url.fragment().is_none());
        url.map(|url| Self(url.origin().ascii_serialization())).ok_or(
            "must be an http or https URL with a host and, if need be, a port, and nothing else, such as `https://accounts.example.org`",
        )
    }
}

impl fmt::Display for PublicUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A page that links in mails lead to, perhaps with `{public_url}` in it.
#[derive(Clone, Debug, PartialEq, Eq, DeriveDeserialize, Serialize)]
#[serde(try_from = "String")]
pub struct PageUrl(String);

impl PageUrl {
    /// The page's URL, to which `?token=...` can be added.
    #[must_use]
    pub fn on(&self, public_url: &PublicUrl) -> String {
        self.0.replace(PLACEHOLDER, public_url.as_str())
    }
}

impl TryFrom<String> for PageUrl {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, &'static str> {
        let filled = text.replace(PLACEHOLDER, "http://localhost");
        let unfit = |c: char| !c.is_ascii_graphic() || "?&\"'<>{}".contains(c);
        if filled.contains(unfit) || web_url(&filled).is_none() {
            return Err(
                "must be an http or https URL in ASCII without quotes and any of `?&<>`, such as `{public_url}/verify` or `https://www.example.org/verify`",
            );
        }
        Ok(Self(text))
    }
}

/// Reads networks such as `10.0.0.0/8` and single addresses.
pub(super) fn networks<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<IpNet>, D::Error> {
    let texts = Vec::<String>::deserialize(deserializer)?;
    let read = |text: String| {
        let network = text.parse::<IpNet>();
        let network = network.or_else(|_| text.parse::<IpAddr>().map(IpNet::from));
        network.map(canonical).map_err(|_| {
            D::Error::custom(format!(
                "must hold networks such as `10.0.0.0/8` or `::1/128`, and holds {text:?}"
            ))
        })
    };
    texts.into_iter().map(read).collect()
}

/// A network as addresses are compared with it: one of IPv4 addresses mapped to IPv6 is one of IPv4.
fn canonical(network: IpNet) -> IpNet {
    let mapped = match network {
        IpNet::V4(_) => None,
        IpNet::V6(network) => {
            let address = network.addr().to_ipv4_mapped();
            let length = network.prefix_len().checked_sub(96);
            address.zip(length)
        }
    };
    let mapped = mapped.and_then(|(address, length)| Ipv4Net::new(address, length).ok());
    mapped.map_or(network, IpNet::V4).trunc()
}

/// An http or https URL without user and password.
fn web_url(text: &str) -> Option<Url> {
    Url::parse(text).ok().filter(|url| {
        matches!(url.scheme(), "http" | "https")
            && url.has_host()
            && url.username().is_empty()
            && url.password().is_none()
    })
}

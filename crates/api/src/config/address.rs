//! Parses the listen address and the networks of trusted proxies.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;

use ipnet::{IpNet, Ipv4Net};
use serde::de::{Deserialize, Deserializer, Error};

/// An address to listen on, `host:port`; the host may be a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListenAddress(String);

impl ListenAddress {
    /// The address as `host:port`, for `ToSocketAddrs`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ListenAddress {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, &'static str> {
        match text.parse::<SocketAddr>().is_ok() || is_named_address(text) {
            true => Ok(Self(text.to_owned())),
            false => Err(
                "must be an address and a port, such as `127.0.0.1:8080`, `[::1]:8080` or `localhost:8080`",
            ),
        }
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

/// Parses networks such as `10.0.0.0/8` and single addresses.
pub(super) fn networks<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<IpNet>, D::Error> {
    let texts = Vec::<String>::deserialize(deserializer)?;
    let read = |text: String| {
        let network = text.parse::<IpNet>();
        let network = network.or_else(|_| text.parse::<IpAddr>().map(IpNet::from));
        network.map(canonical).map_err(|_| {
            D::Error::custom(format!(
                "must be a list of networks such as `10.0.0.0/8` or `::1/128`; {text:?} is not a network"
            ))
        })
    };
    texts.into_iter().map(read).collect()
}

/// A network in the form that addresses are compared with: a network of IPv4-mapped IPv6 addresses becomes one of IPv4.
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

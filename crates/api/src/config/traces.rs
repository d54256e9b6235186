//! `telemetry.otlp_*` and `telemetry.trace_sample`: where traces are sent, and how many.

use std::fmt;
use std::str::FromStr;

use azuma_infra::MASK;
use http::uri::Scheme;
use http::{HeaderName, HeaderValue, Uri};
use zeroize::Zeroizing;

/// Where a collector takes traces, by HTTP or HTTPS.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CollectorUrl(String);

impl CollectorUrl {
    /// The URL that spans are posted to.
    #[must_use]
    pub fn of_spans(&self) -> String {
        format!("{}/v1/traces", self.0.trim_end_matches('/'))
    }
}

impl FromStr for CollectorUrl {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, &'static str> {
        let url = text.parse::<Uri>().ok();
        let names_a_server = |url: &Uri| {
            let is_http = [&Scheme::HTTP, &Scheme::HTTPS]
                .map(Some)
                .contains(&url.scheme());
            let (authority, host) = (url.authority(), url.host().unwrap_or_default());
            let authority = authority.map_or("", |authority| authority.as_str());
            let is_port_fit = authority == host || url.port_u16().is_some();
            is_http && !host.is_empty() && is_port_fit && !authority.contains('@')
        };
        let is_bare = |url: &Uri| url.query().is_none() && !text.contains('#');
        match url
            .as_ref()
            .is_some_and(|url| names_a_server(url) && is_bare(url))
        {
            true => Ok(Self(text.to_owned())),
            false => Err(
                "must be an http or https URL without a user, `?` and `#`, such as `http://127.0.0.1:4318`; `/v1/traces` \
                 is appended to it",
            ),
        }
    }
}

impl fmt::Display for CollectorUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Headers that a collector asks for, which may hold a key. They are masked when written.
#[derive(Clone)]
pub struct CollectorHeaders(Zeroizing<String>);

/// What a request needs to have once, and the client writes itself.
const OWN_HEADERS: [HeaderName; 6] = [
    http::header::HOST,
    http::header::CONNECTION,
    http::header::CONTENT_TYPE,
    http::header::CONTENT_LENGTH,
    http::header::TRANSFER_ENCODING,
    http::header::EXPECT,
];

impl CollectorHeaders {
    /// Their names and values.
    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        pairs(&self.0).flatten()
    }
}

fn pairs(text: &str) -> impl Iterator<Item = Option<(&str, &str)>> {
    text.split(',').map(|pair| {
        let (name, value) = pair.split_once('=')?;
        Some((name.trim(), value.trim()))
    })
}

impl FromStr for CollectorHeaders {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, &'static str> {
        let is_fit = |pair: Option<(&str, &str)>| {
            pair.is_some_and(|(name, value)| {
                let name = name.parse::<HeaderName>();
                name.is_ok_and(|name| !OWN_HEADERS.contains(&name))
                    && HeaderValue::from_str(value).is_ok()
            })
        };
        match pairs(text).all(is_fit) {
            true => Ok(Self(Zeroizing::new(text.to_owned()))),
            false => Err(
                "must be names of headers and their values, such as `api-key=abc` or `api-key=abc,tenant=def`, none of which \
                 is about the connection or the body",
            ),
        }
    }
}

impl fmt::Display for CollectorHeaders {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(MASK)
    }
}

impl fmt::Debug for CollectorHeaders {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(MASK)
    }
}

/// The share of the traces that begin here which are sent, from 0 to 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TraceSample(f64);

impl TraceSample {
    /// The share.
    #[must_use]
    pub fn share(self) -> f64 {
        self.0
    }
}

impl FromStr for TraceSample {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, &'static str> {
        let share = text
            .parse()
            .ok()
            .filter(|share| (0.0..=1.0).contains(share));
        share
            .map(Self)
            .ok_or("must be a share from `0` to `1` in quotes, such as `0.1`")
    }
}

impl fmt::Display for TraceSample {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

//! The URL of a mail server.

use std::fmt;
use std::str::FromStr;

use lettre::transport::smtp::authentication::Credentials;
use percent_encoding::percent_decode_str;
use url::{Host, Url};

use crate::MASK;

/// The text is not a valid [`SmtpUrl`]. The error's text follows the name of the value, and does not repeat the
/// value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidSmtpUrl {
    /// The text is not a URL with a host.
    #[error(
        "must be of the form `smtp://user:password@host:port` or `smtps://...`, with special characters in user and \
         password percent-encoded"
    )]
    Malformed,
    /// The URL has another scheme.
    #[error("must start with `smtp://` or `smtps://`")]
    Scheme,
    /// A parameter or its value is not known.
    #[error(
        "has an unknown parameter: `smtp://` allows `?tls=required` or `?tls=opportunistic`, and `smtps://` allows none"
    )]
    Parameter,
    /// The URL has a password but no user.
    #[error("must not have a password without a user")]
    User,
}

/// When a connection is encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encryption {
    /// From the start (`smtps://`).
    Always,
    /// By STARTTLS; without it nothing is sent (`?tls=required`).
    Required,
    /// By STARTTLS, if the server offers it (`?tls=opportunistic`).
    Opportunistic,
    /// Never.
    Never,
}

/// Whether to log in to the server.
#[derive(Clone)]
pub(super) enum Login {
    /// No login.
    None,
    /// A user without a password: the configuration was read without its secrets. The URL can be parsed and shown,
    /// but not used to log in.
    UserAlone,
    /// A user and a password.
    With(Credentials),
}

/// A mail server, in lettre's notation:
/// `smtp[s]://[user:password@]host[:port][/ehlo-name][?tls=required|opportunistic]`. `smtps` encrypts from the start
/// (port 465), `tls=required` by STARTTLS (587), `tls=opportunistic` by STARTTLS if the server offers it (587); `smtp`
/// alone does not encrypt (25). `Display` and `Debug` show the URL with its password masked.
#[derive(Clone)]
pub struct SmtpUrl {
    /// A name, or an address without brackets.
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) encryption: Encryption,
    pub(super) login: Login,
    /// The name to send with EHLO; `None` for the sender's domain.
    pub(super) ehlo_name: Option<String>,
    masked: String,
}

impl FromStr for SmtpUrl {
    type Err = InvalidSmtpUrl;

    fn from_str(text: &str) -> Result<Self, InvalidSmtpUrl> {
        let url = Url::parse(text).map_err(|_| InvalidSmtpUrl::Malformed)?;
        let encryption = encryption(&url)?;
        // The URL standard does not know `smtp`, so the parser does not normalize the host.
        let host = url.host_str().unwrap_or_default();
        let host = match Host::parse(host).map_err(|_| InvalidSmtpUrl::Malformed)? {
            Host::Domain(name) => name,
            Host::Ipv4(ip) => ip.to_string(),
            Host::Ipv6(ip) => ip.to_string(),
        };
        let ehlo_name = url.path().trim_matches('/');
        if !ehlo_name.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(InvalidSmtpUrl::Malformed);
        }
        Ok(Self {
            host,
            port: url.port().unwrap_or(match encryption {
                Encryption::Always => 465,
                Encryption::Required | Encryption::Opportunistic => 587,
                Encryption::Never => 25,
            }),
            encryption,
            login: login(&url)?,
            ehlo_name: (!ehlo_name.is_empty()).then(|| ehlo_name.to_owned()),
            masked: masked(url),
        })
    }
}

impl SmtpUrl {
    /// Whether the password may be sent to another machine without encryption.
    pub(super) fn shows_password(&self) -> bool {
        let is_local = self.host == "localhost"
            || self
                .host
                .parse::<std::net::IpAddr>()
                .is_ok_and(|ip| ip.is_loopback());
        matches!(self.login, Login::With(_))
            && !is_local
            && matches!(
                self.encryption,
                Encryption::Never | Encryption::Opportunistic
            )
    }
}

impl fmt::Display for SmtpUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.masked)
    }
}

impl fmt::Debug for SmtpUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SmtpUrl({self})")
    }
}

fn masked(mut url: Url) -> String {
    if url.password().is_some() && url.set_password(Some(MASK)).is_err() {
        return MASK.to_owned();
    }
    url.into()
}

fn encryption(url: &Url) -> Result<Encryption, InvalidSmtpUrl> {
    match (url.scheme(), url.query()) {
        ("smtps", None) => Ok(Encryption::Always),
        ("smtp", None) => Ok(Encryption::Never),
        ("smtp", Some("tls=required")) => Ok(Encryption::Required),
        ("smtp", Some("tls=opportunistic")) => Ok(Encryption::Opportunistic),
        ("smtp" | "smtps", Some(_)) => Err(InvalidSmtpUrl::Parameter),
        _ => Err(InvalidSmtpUrl::Scheme),
    }
}

fn login(url: &Url) -> Result<Login, InvalidSmtpUrl> {
    let decode = |text: &str| {
        percent_decode_str(text)
            .decode_utf8()
            .map(String::from)
            .map_err(|_| InvalidSmtpUrl::Malformed)
    };
    match (url.username(), url.password()) {
        ("", None) => Ok(Login::None),
        ("", Some(_)) => Err(InvalidSmtpUrl::User),
        (_, None) => Ok(Login::UserAlone),
        (user, Some(password)) => Ok(Login::With(Credentials::new(
            decode(user)?,
            decode(password)?,
        ))),
    }
}

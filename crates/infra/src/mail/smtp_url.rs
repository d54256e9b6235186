//! The address of a mail server, as configured.

use lettre::transport::smtp::authentication::Credentials;
use percent_encoding::percent_decode_str;
use url::{Host, Url};

/// `mail.url` cannot be used. No message repeats any of it, for it may hold a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidSmtpUrl {
    /// It is no URL with a host.
    #[error(
        "`mail.url` must be of the form smtp://user:password@host:port or smtps://…; special characters in user and password are percent-encoded"
    )]
    Malformed,
    /// It is a URL of something else.
    #[error("`mail.url` must start with smtp:// or smtps://")]
    Scheme,
    /// A parameter is not known, or its value is not.
    #[error(
        "`mail.url` takes one parameter, and with smtp:// only: ?tls=required or ?tls=opportunistic"
    )]
    Parameter,
    /// Of user and password it has one alone.
    #[error("`mail.url` must have both a user and a password, or neither")]
    Credentials,
}

/// When a connection is encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encryption {
    /// From the start (`smtps://`).
    Always,
    /// By STARTTLS, without which nothing is sent (`?tls=required`).
    Required,
    /// By STARTTLS where the server offers it (`?tls=opportunistic`).
    Opportunistic,
    /// Never.
    Never,
}

/// A mail server, in lettre's notation:
/// `smtp[s]://[user:password@]host[:port][/ehlo-name][?tls=required|opportunistic]`.
pub(super) struct SmtpUrl {
    /// A name, or an address without brackets.
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) encryption: Encryption,
    pub(super) credentials: Option<Credentials>,
    /// How to introduce ourselves; `None`: by the sender's domain.
    pub(super) ehlo_name: Option<String>,
}

impl SmtpUrl {
    pub(super) fn parse(text: &str) -> Result<Self, InvalidSmtpUrl> {
        let url = Url::parse(text).map_err(|_| InvalidSmtpUrl::Malformed)?;
        let encryption = encryption(&url)?;
        // The URL standard knows no `smtp` and leaves its host as it is written.
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
            credentials: credentials(&url)?,
            ehlo_name: (!ehlo_name.is_empty()).then(|| ehlo_name.to_owned()),
        })
    }

    /// Whether the password would be sent for everybody on the way to read.
    pub(super) fn shows_password(&self) -> bool {
        let is_local = self.host == "localhost"
            || self
                .host
                .parse::<std::net::IpAddr>()
                .is_ok_and(|ip| ip.is_loopback());
        self.credentials.is_some()
            && !is_local
            && matches!(
                self.encryption,
                Encryption::Never | Encryption::Opportunistic
            )
    }
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

fn credentials(url: &Url) -> Result<Option<Credentials>, InvalidSmtpUrl> {
    let decode = |text: &str| {
        percent_decode_str(text)
            .decode_utf8()
            .map(String::from)
            .map_err(|_| InvalidSmtpUrl::Malformed)
    };
    match (url.username(), url.password()) {
        ("", None) => Ok(None),
        ("", Some(_)) | (_, None) => Err(InvalidSmtpUrl::Credentials),
        (user, Some(password)) => Ok(Some(Credentials::new(decode(user)?, decode(password)?))),
    }
}

//! Sending mails by SMTP.

use std::io;
use std::time::Duration;

use azuma_domain::Timestamp;
use azuma_domain::mail::OutgoingMail;
use azuma_domain::ports::{Accepted, BoxFuture, Mailer, SendError};
use azuma_domain::token::Token;
use azuma_domain::user::EmailAddress;
use lettre::Message;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::{
    AsyncSmtpConnection, AsyncTokioStream, Certificate, TlsParameters, TlsParametersBuilder,
};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::ClientId;
use lettre::transport::smtp::response::Response;
use tokio::time::timeout;

use super::limited_stream::LimitedStream;
use super::message;
use super::sender::Sender;
use super::settings::MailSettings;
use super::smtp_url::{Encryption, Login, SmtpUrl};

/// The timeouts of the two parts of a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SmtpTimeouts {
    /// The timeout for the connection, TLS and the login.
    pub connect: Duration,
    /// The timeout for the mail itself. If it is too short, a mail may be sent twice.
    pub send: Duration,
}

/// The timeout for QUIT, whose outcome changes nothing.
const QUIT_TIMEOUT: Duration = Duration::from_secs(2);

/// The longest response of a server that is kept, in characters.
const MAX_WORDS: usize = 500;

/// A mailer cannot be created for this mail server. No error repeats the URL.
#[derive(Debug, thiserror::Error)]
pub enum SmtpSetupError {
    /// The URL has a user but no password.
    #[error("the URL has a user but no password")]
    NoPassword,
    /// TLS cannot be set up, most likely because a certificate of an authority is invalid.
    #[error("cannot set up TLS for the mail server: {0}")]
    Tls(#[from] Error),
}

/// The content is not a list of certificates. The error's text follows the name of the file.
#[derive(Debug, thiserror::Error)]
#[error("does not contain a valid certificate in PEM format")]
pub struct NoCertificate;

/// Certificates of authorities that are trusted in addition to the public authorities.
#[derive(Clone)]
pub struct Authorities(Certificate);

impl Authorities {
    /// Parses the content of a PEM file.
    ///
    /// # Errors
    /// [`NoCertificate`] if the content is not in PEM format, or contains no valid certificate.
    pub fn from_pem(pem: &[u8]) -> Result<Self, NoCertificate> {
        // lettre accepts a text without certificates as an empty list.
        if !String::from_utf8_lossy(pem).contains("-----BEGIN CERTIFICATE-----") {
            return Err(NoCertificate);
        }
        Certificate::from_pem(pem)
            .map(Self)
            .map_err(|_| NoCertificate)
    }
}

/// Delivers mails to a mail server, on a connection for each.
///
/// A failure is permanent only if the server refused this mail (5xx to its sender, recipient or content). If it
/// refused the connection, the login or a command, the failure is transient, because an operator may fix the cause
/// before the next attempt.
pub struct SmtpMailer {
    server: SmtpUrl,
    credentials: Option<Credentials>,
    ehlo_name: ClientId,
    tls: TlsParameters,
    settings: MailSettings,
    timeouts: SmtpTimeouts,
}

impl SmtpMailer {
    /// A mailer for this server. Certificates are checked against Mozilla's roots and `more_authorities`. Does not
    /// connect yet.
    ///
    /// # Errors
    /// [`SmtpSetupError`] if the URL has a user without a password, or the certificates cannot be used.
    pub fn new(
        server: SmtpUrl,
        more_authorities: Option<Authorities>,
        timeouts: SmtpTimeouts,
        settings: MailSettings,
    ) -> Result<Self, SmtpSetupError> {
        if server.shows_password() {
            tracing::warn!(
                "the password may be sent to the mail server without encryption: add `?tls=required` to `mail.url`, or \
                 use smtps://"
            );
        }
        let credentials = match &server.login {
            Login::None => None,
            Login::UserAlone => return Err(SmtpSetupError::NoPassword),
            Login::With(credentials) => Some(credentials.clone()),
        };
        let mut tls = TlsParametersBuilder::new(server.host.clone());
        if let Some(Authorities(certificates)) = more_authorities {
            tls = tls.add_root_certificate(certificates);
        }
        Ok(Self {
            ehlo_name: ehlo_name(&server, &settings.from),
            tls: tls.build()?,
            server,
            credentials,
            settings,
            timeouts,
        })
    }

    async fn open(&self) -> Result<AsyncSmtpConnection, SendError> {
        let SmtpUrl {
            host,
            port,
            encryption,
            ..
        } = &self.server;
        let stream = LimitedStream::connect(host, *port).await.map_err(|error| {
            SendError::Transient(format!("the mail server cannot be reached: {error}"))
        })?;
        let stream: Box<dyn AsyncTokioStream> = match encryption {
            Encryption::Always => {
                Box::new(stream.encrypted(self.tls.clone()).await.map_err(for_now)?)
            }
            Encryption::Required | Encryption::Opportunistic | Encryption::Never => {
                Box::new(stream)
            }
        };
        self.introduce(stream).await.map_err(for_now)
    }

    /// Connects, with TLS and the login as the URL asks for, and sends nothing.
    ///
    /// # Errors
    /// [`SendError`] if the server cannot be reached or refuses that.
    pub async fn try_server(&self) -> Result<(), SendError> {
        let mut connection = timeout(self.timeouts.connect, self.open())
            .await
            .map_err(|_| took_longer_than(self.timeouts.connect))??;
        // It has answered, however the connection ends.
        let _ = timeout(QUIT_TIMEOUT, connection.abort()).await;
        Ok(())
    }

    /// Sends EHLO, then uses STARTTLS and logs in if the URL asks for that.
    async fn introduce(
        &self,
        stream: Box<dyn AsyncTokioStream>,
    ) -> Result<AsyncSmtpConnection, Error> {
        let ehlo_name = &self.ehlo_name;
        let mut connection = AsyncSmtpConnection::connect_with_transport(stream, ehlo_name).await?;
        let upgrade = match self.server.encryption {
            Encryption::Required => true,
            Encryption::Opportunistic => connection.can_starttls(),
            Encryption::Always | Encryption::Never => false,
        };
        if upgrade {
            connection.starttls(self.tls.clone(), ehlo_name).await?;
        }
        if let Some(credentials) = &self.credentials {
            connection.auth(DEFAULT_MECHANISMS, credentials).await?;
        }
        Ok(connection)
    }

    /// Sends a message on a new connection, and returns the server's response.
    async fn hand_over(&self, message: &Message) -> Result<String, SendError> {
        let mut connection = timeout(self.timeouts.connect, self.open())
            .await
            .map_err(|_| took_longer_than(self.timeouts.connect))??;
        let given = timeout(self.timeouts.send, give(&mut connection, message))
            .await
            .map_err(|_| took_longer_than(self.timeouts.send))?;
        // The delivery has succeeded or failed by now, however the connection ends.
        let _ = timeout(QUIT_TIMEOUT, connection.abort()).await;
        let response = given?;
        let words: Vec<&str> = response.message().collect();
        Ok(format!("{} {}", response.code(), words.join(" ")))
    }
}

/// Sends the mail. lettre writes mails and addresses in ASCII, so no SMTP extension is needed.
async fn give(
    connection: &mut AsyncSmtpConnection,
    message: &Message,
) -> Result<Response, SendError> {
    let envelope = message.envelope();
    let from = Mail::new(envelope.from().cloned(), vec![]);
    connection.command(from).await.map_err(refused_envelope)?;
    for to in envelope.to() {
        let to = Rcpt::new(to.clone(), vec![]);
        connection.command(to).await.map_err(refused_envelope)?;
    }
    connection.command(Data).await.map_err(refused)?;
    connection
        .message(&message.formatted())
        .await
        .map_err(refused)
}

/// A refusal of the content.
fn refused(error: Error) -> SendError {
    match error.is_permanent() {
        true => SendError::Permanent(error.to_string()),
        false => SendError::Transient(error.to_string()),
    }
}

/// A refusal of the sender or the recipient. If its code is about the protocol (RFC 3463 X.5.X, X.7.X, and the codes
/// of RFC 5321 for commands), it is transient: the cause is the EHLO name, a login or a relay that is not configured.
fn refused_envelope(error: Error) -> SendError {
    let words = error.to_string();
    let refuses_us = error.status().is_some_and(|code| {
        let said = words.split_once("): ").map_or("", |(_, said)| said);
        matches!(
            code.to_string().as_str(),
            "500" | "501" | "502" | "503" | "504" | "530" | "535"
        ) || said.starts_with("5.5.")
            || said.starts_with("5.7.")
    });
    match refuses_us {
        true => SendError::Transient(words),
        false => refused(error),
    }
}

fn for_now(error: Error) -> SendError {
    SendError::Transient(error.to_string())
}

impl Mailer for SmtpMailer {
    fn send(
        &self,
        mail: OutgoingMail,
        token: Option<Token>,
    ) -> BoxFuture<'_, Result<Accepted, SendError>> {
        Box::pin(async move {
            let token = token.as_ref();
            let message = message::write(&self.settings, &mail, token)?;
            match self.hand_over(&message).await {
                Ok(words) => Ok(Accepted {
                    response: presentable(&words, &mail.to, token),
                }),
                Err(SendError::Transient(words)) => {
                    Err(SendError::Transient(presentable(&words, &mail.to, token)))
                }
                Err(SendError::Permanent(words)) => {
                    Err(SendError::Permanent(presentable(&words, &mail.to, token)))
                }
            }
        })
    }

    /// Discards nothing, because this mailer keeps no mail.
    fn discard(&self, _until: Timestamp) -> BoxFuture<'_, io::Result<usize>> {
        Box::pin(async { Ok(0) })
    }

    fn timeout(&self) -> Duration {
        self.timeouts.connect + self.timeouts.send + QUIT_TIMEOUT
    }
}

/// The EHLO name: the name in the URL, or else the sender's domain if it has a dot. The machine's own name is the last
/// choice, because many servers refuse it.
fn ehlo_name(server: &SmtpUrl, from: &Sender) -> ClientId {
    let domain = from.domain();
    match &server.ehlo_name {
        Some(name) => ClientId::Domain(name.clone()),
        None if domain.contains('.') => ClientId::Domain(domain.to_owned()),
        None => ClientId::default(),
    }
}

fn took_longer_than(span: Duration) -> SendError {
    SendError::Transient(format!(
        "the mail server did not answer within {} s",
        span.as_secs()
    ))
}

/// The server's response on one line, shortened, and without the token and the address. Servers quote what they refuse.
fn presentable(words: &str, to: &EmailAddress, token: Option<&Token>) -> String {
    message::without_secrets(words, to, token)
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .take(MAX_WORDS)
        .collect()
}

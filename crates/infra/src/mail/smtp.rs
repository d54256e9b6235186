//! Messages by SMTP.

use std::io;
use std::time::Duration;

use azuma_domain::Timestamp;
use azuma_domain::mail::OutgoingMail;
use azuma_domain::ports::{Accepted, BoxFuture, Mailer, SendError};
use azuma_domain::token::Token;
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

use super::bounded::BoundedStream;
use super::message;
use super::sender::Sender;
use super::settings::MailSettings;
use super::smtp_url::{Encryption, Login, SmtpUrl};

/// How long a server may take for each part of the conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SmtpPatience {
    /// Until it has taken the connection, TLS and the password.
    pub to_open: Duration,
    /// Until it has taken the message. Giving up too soon sends it twice.
    pub to_send: Duration,
}

/// How long it may take to say goodbye, which changes nothing any more.
const TO_QUIT: Duration = Duration::from_secs(2);

/// The most characters kept of what a server says.
const MAX_WORDS: usize = 500;

/// A mailer cannot be made for this mail server. No message repeats the URL.
#[derive(Debug, thiserror::Error)]
pub enum SmtpSetupError {
    /// There is a user to log in with, and no password.
    #[error("the URL of the mail server must have a password for its user")]
    NoPassword,
    /// Encryption cannot be set up; the given certificates are none, most likely.
    #[error("TLS towards the mail server cannot be set up: {0}")]
    Tls(#[from] Error),
}

/// The text holds no certificate. The error's text follows the name of its file.
#[derive(Debug, thiserror::Error)]
#[error("holds no certificate in PEM")]
pub struct NoCertificate;

/// Certificates of authorities, besides the public ones, that a mail server's may be signed by.
#[derive(Clone)]
pub struct Authorities(Certificate);

impl Authorities {
    /// Reads a file's content.
    ///
    /// # Errors
    /// [`NoCertificate`] where it is not PEM or has none in it.
    pub fn from_pem(pem: &[u8]) -> Result<Self, NoCertificate> {
        // lettre would take a text without any for an empty list.
        if !String::from_utf8_lossy(pem).contains("-----BEGIN CERTIFICATE-----") {
            return Err(NoCertificate);
        }
        Certificate::from_pem(pem)
            .map(Self)
            .map_err(|_| NoCertificate)
    }
}

/// Hands messages over to a mail server, with a connection each.
///
/// A refusal is permanent only where the server refused this message (5xx to its sender, recipient or content); one of the
/// connection, the password or how we speak is not, for the next attempt may find that mended.
pub struct SmtpMailer {
    server: SmtpUrl,
    credentials: Option<Credentials>,
    ehlo_name: ClientId,
    tls: TlsParameters,
    settings: MailSettings,
    patience: SmtpPatience,
}

impl SmtpMailer {
    /// A mailer for this server. Certificates are checked against Mozilla's roots and `more_authorities`. Does not
    /// connect yet.
    ///
    /// # Errors
    /// [`SmtpSetupError`] when the server's password is missing, or the certificates cannot be used.
    pub fn new(
        server: SmtpUrl,
        more_authorities: Option<Authorities>,
        patience: SmtpPatience,
        settings: MailSettings,
    ) -> Result<Self, SmtpSetupError> {
        if server.shows_password() {
            tracing::warn!(
                "the password for the mail server is sent without encryption, or may be; `?tls=required` or smtps:// prevents it"
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
            patience,
        })
    }

    async fn open(&self) -> Result<AsyncSmtpConnection, SendError> {
        let SmtpUrl {
            host,
            port,
            encryption,
            ..
        } = &self.server;
        let stream = BoundedStream::connect(host, *port).await.map_err(|error| {
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

    /// Says who we are, and asks for encryption and logs in where that is wanted.
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

    async fn hand_over(&self, message: &Message) -> Result<String, SendError> {
        let mut connection = timeout(self.patience.to_open, self.open())
            .await
            .map_err(|_| took_longer_than(self.patience.to_open))??;
        let given = timeout(self.patience.to_send, give(&mut connection, message))
            .await
            .map_err(|_| took_longer_than(self.patience.to_send))?;
        // Whose the message is now is decided, however the conversation ends.
        let _ = timeout(TO_QUIT, connection.abort()).await;
        let response = given?;
        let words: Vec<&str> = response.message().collect();
        Ok(format!("{} {}", response.code(), words.join(" ")))
    }
}

/// Gives the server a message. lettre writes messages and addresses in ASCII alone, so no extension is asked for.
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

/// A refusal of the message.
fn refused(error: Error) -> SendError {
    match error.is_permanent() {
        true => SendError::Permanent(error.to_string()),
        false => SendError::Transient(error.to_string()),
    }
}

/// A refusal of sender or recipient. Where it is one of how we speak (RFC 3463 X.5.X, X.7.X, and the codes of RFC 5321 for
/// commands), the message is not to blame: a name to greet with, a password or a relay that is not set up yet.
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
                    response: presentable(&words, token),
                }),
                Err(SendError::Transient(words)) => {
                    Err(SendError::Transient(presentable(&words, token)))
                }
                Err(SendError::Permanent(words)) => {
                    Err(SendError::Permanent(presentable(&words, token)))
                }
            }
        })
    }

    /// It keeps none.
    fn discard(&self, _until: Timestamp) -> BoxFuture<'_, io::Result<usize>> {
        Box::pin(async { Ok(0) })
    }

    fn timeout(&self) -> Duration {
        self.patience.to_open + self.patience.to_send + TO_QUIT
    }
}

/// The name that the URL gives; else the sender's domain, where that may be one of the net's. The machine's own name is often one
/// that servers refuse.
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

/// A server's words as they may be kept and shown: on one line, not endless, and without the token, for servers
/// quote what they refuse.
fn presentable(words: &str, token: Option<&Token>) -> String {
    message::without_token(words, token)
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .take(MAX_WORDS)
        .collect()
}

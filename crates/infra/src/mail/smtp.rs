//! Messages by SMTP.

use std::time::Duration;

use azuma_domain::mail::ReadyMail;
use azuma_domain::ports::{Accepted, BoxFuture, Mailer, SendError};
use azuma_domain::token::Token;
use lettre::Message;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::{
    AsyncSmtpConnection, Certificate, TlsParameters, TlsParametersBuilder,
};
use lettre::transport::smtp::extension::ClientId;
use tokio::time::timeout;

use super::message;
use super::settings::MailSettings;
use super::smtp_url::{Encryption, InvalidSmtpUrl, SmtpUrl};

/// How long a server may take for each part of the conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SmtpPatience {
    /// Until it has taken the connection, TLS and the password (`mail.connect_timeout`).
    pub to_open: Duration,
    /// Until it has taken the message (`mail.send_timeout`). Giving up too soon sends it twice.
    pub to_send: Duration,
}

/// How long it may take to say goodbye, which changes nothing any more.
const TO_QUIT: Duration = Duration::from_secs(2);

/// The most characters kept of what a server says.
const MAX_WORDS: usize = 500;

/// A mailer cannot be made for this mail server. No message repeats the URL.
#[derive(Debug, thiserror::Error)]
pub enum SmtpSetupError {
    /// The URL cannot be used.
    #[error(transparent)]
    Url(#[from] InvalidSmtpUrl),
    /// The file of authorities holds none.
    #[error("`mail.ca_file` holds no certificate in PEM")]
    NoCertificate,
    /// Encryption cannot be set up; the given certificates are none, most likely.
    #[error("TLS towards the mail server cannot be set up: {0}")]
    Tls(#[source] Error),
}

/// Hands messages over to a mail server, with a connection each.
///
/// A refusal is permanent only where the server refused this message (5xx to its sender, recipient or content); one of the
/// connection or the password is not, for the next attempt may find that mended.
pub struct SmtpMailer {
    server: SmtpUrl,
    tls: TlsParameters,
    settings: MailSettings,
    patience: SmtpPatience,
}

impl SmtpMailer {
    /// A mailer for the server at `url`:
    /// `smtp[s]://[user:password@]host[:port][/ehlo-name][?tls=required|opportunistic]`. `smtps` encrypts from the
    /// start (port 465), `tls=required` by STARTTLS (587), `tls=opportunistic` where the server offers it (587);
    /// `smtp` alone does not (25). Certificates are checked against Mozilla's roots and `more_roots`, PEM. Does not
    /// connect yet.
    ///
    /// # Errors
    /// [`SmtpSetupError`] when the URL or the certificates cannot be used.
    pub fn new(
        url: &str,
        more_roots: Option<&[u8]>,
        patience: SmtpPatience,
        settings: MailSettings,
    ) -> Result<Self, SmtpSetupError> {
        let server = SmtpUrl::parse(url)?;
        if server.shows_password() {
            tracing::warn!(
                "`mail.url` sends its password without encryption, or might; `?tls=required` or smtps:// prevents it"
            );
        }
        let mut tls = TlsParametersBuilder::new(server.host.clone());
        if let Some(pem) = more_roots {
            if !holds_certificate(pem) {
                return Err(SmtpSetupError::NoCertificate);
            }
            let roots = Certificate::from_pem(pem).map_err(SmtpSetupError::Tls)?;
            tls = tls.add_root_certificate(roots);
        }
        Ok(Self {
            tls: tls.build().map_err(SmtpSetupError::Tls)?,
            server,
            settings,
            patience,
        })
    }

    async fn open(&self) -> Result<AsyncSmtpConnection, Error> {
        let SmtpUrl {
            host,
            port,
            encryption,
            credentials,
            ehlo_name,
        } = &self.server;
        let ehlo_name = ehlo_name
            .clone()
            .map_or_else(ClientId::default, ClientId::Domain);
        let from_the_start = (*encryption == Encryption::Always).then(|| self.tls.clone());
        let mut connection = AsyncSmtpConnection::connect_tokio1(
            (host.as_str(), *port),
            Some(self.patience.to_open),
            &ehlo_name,
            from_the_start,
            None,
        )
        .await?;
        let upgrade = match encryption {
            Encryption::Required => true,
            Encryption::Opportunistic => connection.can_starttls(),
            Encryption::Always | Encryption::Never => false,
        };
        if upgrade {
            connection.starttls(self.tls.clone(), &ehlo_name).await?;
        }
        log_in(&mut connection, credentials.as_ref()).await?;
        Ok(connection)
    }

    async fn hand_over(&self, message: &Message) -> Result<String, SendError> {
        let mut connection = timeout(self.patience.to_open, self.open())
            .await
            .map_err(|_| took_longer_than(self.patience.to_open))?
            .map_err(|error| SendError::Transient(error.to_string()))?;
        let content = message.formatted();
        let response = timeout(
            self.patience.to_send,
            connection.send(message.envelope(), &content),
        )
        .await
        .map_err(|_| took_longer_than(self.patience.to_send))?
        .map_err(|error| {
            if error.is_permanent() {
                SendError::Permanent(error.to_string())
            } else {
                SendError::Transient(error.to_string())
            }
        })?;
        // The message is the server's now, however the conversation ends.
        let _ = timeout(TO_QUIT, connection.abort()).await;
        let words: Vec<&str> = response.message().collect();
        Ok(format!("{} {}", response.code(), words.join(" ")))
    }
}

impl Mailer for SmtpMailer {
    fn send(&self, mail: ReadyMail) -> BoxFuture<'_, Result<Accepted, SendError>> {
        Box::pin(async move {
            let message = message::write(&self.settings, &mail)?;
            let token = mail.token.as_ref();
            match self.hand_over(&message).await {
                Ok(words) => Ok(Accepted {
                    words: presentable(&words, token),
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

    fn patience(&self) -> Duration {
        self.patience.to_open + self.patience.to_send + TO_QUIT
    }
}

/// Else what follows would take it for a list of none.
fn holds_certificate(pem: &[u8]) -> bool {
    String::from_utf8_lossy(pem).contains("-----BEGIN CERTIFICATE-----")
}

async fn log_in(
    connection: &mut AsyncSmtpConnection,
    credentials: Option<&Credentials>,
) -> Result<(), Error> {
    if let Some(credentials) = credentials {
        connection.auth(DEFAULT_MECHANISMS, credentials).await?;
    }
    Ok(())
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

//! A message as it goes over the wire.

use std::time::{Duration, UNIX_EPOCH};

use azuma_domain::Timestamp;
use azuma_domain::mail::OutgoingMail;
use azuma_domain::ports::SendError;
use azuma_domain::token::Token;
use azuma_domain::user::EmailAddress;
use lettre::address::Envelope;
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart};
use lettre::{Address, Message};

use super::settings::MailSettings;

/// Tells programs that answer mail not to (RFC 3834 §5).
const AUTO_SUBMITTED: HeaderName = HeaderName::new_from_ascii_str("Auto-Submitted");

/// Writes a message: plain text and HTML, the same bytes each time but for the boundary between the two.
///
/// # Errors
/// [`SendError::Permanent`], because a retry would fail again. The error holds no part of the message.
pub(super) fn write(
    settings: &MailSettings,
    mail: &OutgoingMail,
    token: Option<&Token>,
) -> Result<Message, SendError> {
    let link = settings.pages.link(mail, token);
    let texts = settings
        .templates
        .write(mail.kind, mail.language, &settings.instance, link.as_ref())
        // A template's error may quote what it was given.
        .map_err(|error| SendError::Permanent(without_token(&error.to_string(), token)))?;
    let from = settings.from.mailbox(&settings.instance);
    let to = address(&mail.to);
    let envelope = Envelope::new(Some(from.email.clone()), vec![to.clone()]).map_err(unwritable)?;
    let message_id = format!("<{}@{}>", mail.id, settings.from.domain());
    Message::builder()
        // Set explicitly, because lettre would parse the recipient from the header and refuse some valid ones.
        .envelope(envelope)
        .from(from)
        .to(Mailbox::new(None, to))
        .subject(texts.subject)
        .date(UNIX_EPOCH + since_epoch(mail.created_at))
        .message_id(Some(message_id))
        .raw_header(HeaderValue::new(AUTO_SUBMITTED, "auto-generated".into()))
        .multipart(MultiPart::alternative_plain_html(texts.plain, texts.html))
        .map_err(unwritable)
}

/// A text from outside with the token replaced, so that it may be stored and logged.
pub(super) fn without_token(words: &str, token: Option<&Token>) -> String {
    let Some(token) = token.map(Token::expose) else {
        return words.to_owned();
    };
    words
        .replace(token, "(token)")
        .replace(&token.to_ascii_uppercase(), "(token)")
}

/// A recipient as SMTP writes it.
///
/// The HTML standard allows local parts that RFC 5321 does not allow bare: dots at an end or in a row. There are
/// mailboxes of such names. In quotes the same name is allowed, so quotes it gets, and it is for its server to say
/// whether it knows it. Nothing in an [`EmailAddress`] needs escaping between quotes.
fn address(email: &EmailAddress) -> Address {
    let (local, domain) = email
        .as_str()
        .rsplit_once('@')
        .unwrap_or((email.as_str(), ""));
    if local.split('.').any(str::is_empty) {
        Address::new_dangerous(format!("\"{local}\""), domain)
    } else {
        Address::new_dangerous(local, domain)
    }
}

fn since_epoch(time: Timestamp) -> Duration {
    Timestamp::from_micros(0).until(time)
}

fn unwritable(error: impl std::error::Error) -> SendError {
    SendError::Permanent(format!("the message cannot be written: {error}"))
}

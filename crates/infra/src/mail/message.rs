//! Writes a mail in the format of RFC 5322.

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

/// Asks mail programs not to answer automatically (RFC 3834 §5).
const AUTO_SUBMITTED: HeaderName = HeaderName::new_from_ascii_str("Auto-Submitted");

/// Writes a message with a plain and an HTML part. Only the boundary between the parts differs from call to call.
///
/// # Errors
/// [`SendError::Permanent`], because a retry would fail again. The error contains no part of the message.
pub(super) fn write(
    settings: &MailSettings,
    mail: &OutgoingMail,
    token: Option<&Token>,
) -> Result<Message, SendError> {
    let link = settings.pages.link(mail, token);
    let texts = settings
        .templates
        .write(mail.kind, mail.language, &settings.instance, link.as_ref())
        // The error of a template may quote the values, among them the link.
        .map_err(|error| {
            SendError::Permanent(without_secrets(&error.to_string(), &mail.to, token))
        })?;
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

/// Replaces the address and the token in a text of a server or a template, so that the text may be stored and logged.
pub(super) fn without_secrets(words: &str, to: &EmailAddress, token: Option<&Token>) -> String {
    let words = without(words, to.as_str(), "(address)");
    match token {
        None => words,
        Some(token) => without(&words, token.expose(), "(token)"),
    }
}

/// The words with something else in the place of a text, in whichever case it is written.
fn without(words: &str, text: &str, instead: &str) -> String {
    let (lower, text) = (words.to_ascii_lowercase(), text.to_ascii_lowercase());
    let (mut without, mut begin) = (String::new(), 0);
    for (at, found) in lower.match_indices(&text) {
        without.push_str(words.get(begin..at).unwrap_or_default());
        without.push_str(instead);
        begin = at + found.len();
    }
    without.push_str(words.get(begin..).unwrap_or_default());
    without
}

/// The recipient's address for SMTP.
///
/// The HTML standard allows local parts that begin or end with a dot or contain two dots in a row, and such mailboxes
/// exist. RFC 5321 allows these local parts only in quotes, so they are quoted. No character of an [`EmailAddress`]
/// must be escaped in quotes.
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
    SendError::Permanent(format!("cannot write the message: {error}"))
}

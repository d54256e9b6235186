//! What messages say, in each language; the words are in `templates/`.

use std::time::Duration;

use askama::Template;
use azuma_domain::Timestamp;
use azuma_domain::mail::{Language, MailKind, OutgoingMail};
use time::OffsetDateTime;
use time::format_description::FormatItem;
use time::macros::format_description;

const MINUTE_UTC: &[FormatItem<'_>] =
    format_description!("[year]-[month]-[day] [hour]:[minute] UTC");

/// A message's subject and text, plain and as HTML.
pub(super) struct Texts {
    pub(super) subject: String,
    pub(super) plain: String,
    pub(super) html: String,
}

/// Everything the templates speak of.
struct Facts<'a> {
    subject: &'a str,
    kind: MailKind,
    instance: &'a str,
    link: &'a str,
    span: &'a str,
    until: &'a str,
}

#[derive(Template)]
#[template(path = "mail.en.txt")]
struct EnglishText<'a> {
    facts: &'a Facts<'a>,
}

#[derive(Template)]
#[template(path = "mail.en.html")]
struct EnglishHtml<'a> {
    facts: &'a Facts<'a>,
}

#[derive(Template)]
#[template(path = "mail.de.txt")]
struct GermanText<'a> {
    facts: &'a Facts<'a>,
}

#[derive(Template)]
#[template(path = "mail.de.html")]
struct GermanHtml<'a> {
    facts: &'a Facts<'a>,
}

/// Writes a message's texts. `link` is the whole link.
///
/// # Errors
/// When a template fails, which none of ours does.
pub(super) fn write(
    mail: &OutgoingMail,
    instance: &str,
    link: &str,
) -> Result<Texts, askama::Error> {
    let subject = subject(mail.kind, mail.language, instance);
    let facts = Facts {
        subject: &subject,
        kind: mail.kind,
        instance,
        link,
        span: &span(mail.created_at.until(mail.useless_from), mail.language),
        until: &until(mail.useless_from)?,
    };
    let (plain, html) = match mail.language {
        Language::English => (
            EnglishText { facts: &facts }.render()?,
            EnglishHtml { facts: &facts }.render()?,
        ),
        Language::German => (
            GermanText { facts: &facts }.render()?,
            GermanHtml { facts: &facts }.render()?,
        ),
    };
    Ok(Texts {
        subject,
        plain,
        html,
    })
}

fn subject(kind: MailKind, language: Language, instance: &str) -> String {
    match (kind, language) {
        (MailKind::VerifyAccount, Language::English) => {
            format!("Verify your e-mail address for {instance}")
        }
        (MailKind::VerifyAccount, Language::German) => {
            format!("Bestätige deine E-Mail-Adresse für {instance}")
        }
        (MailKind::ConfirmEmail, Language::English) => {
            format!("Confirm your new e-mail address for {instance}")
        }
        (MailKind::ConfirmEmail, Language::German) => {
            format!("Bestätige deine neue E-Mail-Adresse für {instance}")
        }
    }
}

/// "10 minutes": the span in the largest unit that divides it.
fn span(span: Duration, language: Language) -> String {
    let seconds = span.as_secs();
    let (count, english, german) = match seconds {
        1.. if seconds.is_multiple_of(86_400) => {
            (seconds / 86_400, ["day", "days"], ["Tag", "Tage"])
        }
        1.. if seconds.is_multiple_of(3_600) => {
            (seconds / 3_600, ["hour", "hours"], ["Stunde", "Stunden"])
        }
        1.. if seconds.is_multiple_of(60) => {
            (seconds / 60, ["minute", "minutes"], ["Minute", "Minuten"])
        }
        _ => (seconds, ["second", "seconds"], ["Sekunde", "Sekunden"]),
    };
    let [one, many] = match language {
        Language::English => english,
        Language::German => german,
    };
    format!("{count} {}", if count == 1 { one } else { many })
}

/// "2021-03-28 14:49 UTC", rounded down: no reader comes too late who believes it.
fn until(end: Timestamp) -> Result<String, askama::Error> {
    OffsetDateTime::from(end)
        .format(MINUTE_UTC)
        .map_err(askama::Error::custom)
}

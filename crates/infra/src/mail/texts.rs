//! The values that the templates of mails use.

use std::time::Duration;

use azuma_domain::Timestamp;
use azuma_domain::mail::Language;
use minijinja::{Value, context};
use time::OffsetDateTime;
use time::format_description::FormatItem;
use time::macros::format_description;

use super::settings::InstanceName;

const MINUTE_UTC: &[FormatItem<'_>] =
    format_description!("[year]-[month]-[day] [hour]:[minute] UTC");

/// The subject of a mail, and its text as plain text and as HTML.
pub(super) struct Texts {
    pub(super) subject: String,
    pub(super) plain: String,
    pub(super) html: String,
}

/// A link in a mail.
pub(super) struct MailedLink {
    pub(super) url: String,
    pub(super) works_for: Duration,
    pub(super) expires_at: Timestamp,
}

impl MailedLink {
    /// An example for checking templates.
    pub(super) fn sample() -> Self {
        Self {
            url: "https://accounts.example.org/?token=sample".to_owned(),
            works_for: Duration::from_mins(10),
            expires_at: Timestamp::from_micros(0),
        }
    }
}

/// The values that templates can use. A mail without a link has neither a link nor its lifetime.
pub(super) fn facts(
    language: Language,
    instance: &InstanceName,
    link: Option<&MailedLink>,
) -> Value {
    let (instance, tag) = (instance.to_string(), language.tag());
    match link {
        Some(link) => context! {
            instance, language => tag, link => link.url.clone(),
            span => span(link.works_for, language), until => until(link.expires_at),
        },
        None => context! { instance, language => tag, link => () },
    }
}

/// The span in the largest unit that divides it, such as "10 minutes". A span of two minutes or more is rounded down to
/// whole minutes.
fn span(span: Duration, language: Language) -> String {
    let seconds = match span.as_secs() {
        many @ 120.. => many - many % 60,
        few => few,
    };
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

/// The time, such as "2021-03-28 14:49 UTC". It is rounded down, so a reader who relies on it is never late.
fn until(end: Timestamp) -> String {
    // A `Timestamp` is always within the range that the format can write.
    OffsetDateTime::from(end)
        .format(MINUTE_UTC)
        .unwrap_or_default()
}

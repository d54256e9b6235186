//! What messages speak of. The words are in the templates.

use std::time::Duration;

use azuma_domain::Timestamp;
use azuma_domain::mail::{Language, MailKind, OutgoingMail};
use minijinja::{Value, context};
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
pub(super) struct Facts<'a> {
    pub(super) kind: MailKind,
    pub(super) link: Option<&'a str>,
    pub(super) language: Language,
    instance: &'a str,
    span: String,
    until: String,
}

impl<'a> Facts<'a> {
    /// What there is to say in a message. `link` is the whole link, where it carries one.
    pub(super) fn of(mail: &OutgoingMail, instance: &'a str, link: Option<&'a str>) -> Self {
        Self {
            kind: mail.kind,
            link,
            language: mail.language,
            instance,
            span: span(mail.created_at.until(mail.useless_from), mail.language),
            until: until(mail.useless_from),
        }
    }

    /// What a template is tried with.
    pub(super) fn sample(kind: MailKind, language: Language, instance: &'a str) -> Self {
        Self {
            kind,
            link: kind
                .link()
                .map(|_| "https://accounts.example.org/?token=sample"),
            language,
            instance,
            span: span(Duration::from_secs(600), language),
            until: until(Timestamp::from_micros(0)),
        }
    }

    /// As the templates see it. Those of a message without a link see none, nor how long it works.
    pub(super) fn context(&self) -> Value {
        let (instance, language) = (self.instance.to_owned(), self.language.tag());
        match self.link {
            Some(link) => context! {
                instance, language, link => link.to_owned(),
                span => self.span.clone(), until => self.until.clone(),
            },
            None => context! { instance, language, link => () },
        }
    }
}

/// "10 minutes": the span in the largest unit that divides it; from two minutes on, whole minutes, rounded down.
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

/// "2021-03-28 14:49 UTC", rounded down: no reader comes too late who believes it.
fn until(end: Timestamp) -> String {
    // A time is one that can be written.
    OffsetDateTime::from(end)
        .format(MINUTE_UTC)
        .unwrap_or_default()
}

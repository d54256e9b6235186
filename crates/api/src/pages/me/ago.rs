//! A time in words, as far as it matters to a person.

use std::time::Duration;

use azuma_domain::mail::Language;

/// How long ago something was, such as "3 hours ago".
pub fn ago(language: Language, span: Duration) -> String {
    let minutes = span.as_secs() / 60;
    let (hours, days) = (minutes / 60, minutes / (60 * 24));
    let (count, unit) = match (days, hours, minutes) {
        (0, 0, 0) => {
            return match language {
                Language::English => "just now",
                Language::German => "gerade eben",
            }
            .to_owned();
        }
        (0, 0, minutes) => (minutes, ["minute", "minutes", "Minute", "Minuten"]),
        (0, hours, _) => (hours, ["hour", "hours", "Stunde", "Stunden"]),
        (days, ..) => (days, ["day", "days", "Tag", "Tagen"]),
    };
    let [one, many, eins, viele] = unit;
    match (language, count) {
        (Language::English, 1) => format!("1 {one} ago"),
        (Language::English, _) => format!("{count} {many} ago"),
        (Language::German, 1) => format!("vor 1 {eins}"),
        (Language::German, _) => format!("vor {count} {viele}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_told_in_the_largest_unit_that_fits() {
        for (seconds, english, german) in [
            (0, "just now", "gerade eben"),
            (59, "just now", "gerade eben"),
            (60, "1 minute ago", "vor 1 Minute"),
            (59 * 60 + 59, "59 minutes ago", "vor 59 Minuten"),
            (60 * 60, "1 hour ago", "vor 1 Stunde"),
            (3 * 60 * 60, "3 hours ago", "vor 3 Stunden"),
            (24 * 60 * 60, "1 day ago", "vor 1 Tag"),
            (13 * 24 * 60 * 60, "13 days ago", "vor 13 Tagen"),
        ] {
            let span = Duration::from_secs(seconds);
            assert_eq!(ago(Language::English, span), english);
            assert_eq!(ago(Language::German, span), german);
        }
    }
}

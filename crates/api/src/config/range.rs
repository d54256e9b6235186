//! Durations and whole numbers within the range of their key.

use std::time::Duration;

use serde::de::{Deserialize, Deserializer, Error};
use serde::ser::Serializer;

/// Milliseconds of a minute.
pub(super) const MINUTE: u64 = 60_000;
/// Milliseconds of an hour.
pub(super) const HOUR: u64 = 60 * MINUTE;
/// Milliseconds of a day.
pub(super) const DAY: u64 = 24 * HOUR;
/// Milliseconds of ten years.
pub(super) const DECADE: u64 = 3_650 * DAY;

/// A duration of `MIN` to `MAX` milliseconds, for `#[serde(with = "Span::<MIN, MAX>")]`.
pub(super) struct Span<const MIN: u64, const MAX: u64>;

impl<const MIN: u64, const MAX: u64> Span<MIN, MAX> {
    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Duration, D::Error> {
        let text = String::deserialize(deserializer)?;
        let (min, max) = (Duration::from_millis(MIN), Duration::from_millis(MAX));
        humantime::parse_duration(&text)
            .ok()
            .filter(|span| (min..=max).contains(span) && span.subsec_nanos() % 1_000_000 == 0)
            .ok_or_else(|| {
                let (min, max) = (written(min), written(max));
                D::Error::custom(format!(
                    "must be a duration from {min} to {max} in whole milliseconds, such as `5m`; it is {text:?}"
                ))
            })
    }

    /// Writes the duration in the form that is read.
    pub(super) fn serialize<S: Serializer>(
        span: &Duration,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&written(*span))
    }
}

/// The duration in the largest unit that divides it.
fn written(span: Duration) -> String {
    let millis = span.as_millis();
    [(DAY, "d"), (HOUR, "h"), (MINUTE, "m"), (1_000, "s")]
        .into_iter()
        .map(|(unit, name)| (u128::from(unit), name))
        .find(|(unit, _)| millis > 0 && millis.is_multiple_of(*unit))
        .map_or_else(
            || format!("{millis}ms"),
            |(unit, name)| format!("{}{name}", millis / unit),
        )
}

/// Reads a whole number from `MIN` to `MAX`.
pub(super) fn whole<'de, const MIN: u32, const MAX: u32, T, D>(
    deserializer: D,
) -> Result<T, D::Error>
where
    T: TryFrom<u32>,
    D: Deserializer<'de>,
{
    let number = i64::deserialize(deserializer)?;
    u32::try_from(number)
        .ok()
        .filter(|number| (MIN..=MAX).contains(number))
        .and_then(|number| T::try_from(number).ok())
        .ok_or_else(|| {
            D::Error::custom(format!(
                "must be a whole number from {MIN} to {MAX}; it is {number}"
            ))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_is_written_in_its_largest_whole_unit_and_read_back() {
        for (millis, text) in [
            (0, "0ms"),
            (90, "90ms"),
            (1_500, "1500ms"),
            (60_000, "1m"),
            (90_000, "90s"),
            (14 * DAY, "14d"),
            (25 * HOUR, "25h"),
            (DECADE, "3650d"),
        ] {
            let span = Duration::from_millis(millis);
            assert_eq!(written(span), text);
            assert_eq!(humantime::parse_duration(text), Ok(span));
        }
    }
}

//! Points in time.

use std::fmt;
use std::time::Duration;

use time::OffsetDateTime;

/// The last microsecond of the year 9999, the last that RFC 3339 can write.
const LAST: i64 = 253_402_300_799_999_999;

/// A point in time between 1970 and 9999, in whole microseconds.
///
/// Whole microseconds are what both databases keep, so a stored time comes back as it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    /// The time this many microseconds after 1970-01-01T00:00:00Z. A value outside the years 1970 to 9999 becomes the
    /// nearest one inside.
    #[must_use]
    pub fn from_micros(micros: i64) -> Self {
        Self(micros.clamp(0, LAST))
    }

    /// Microseconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub fn micros(self) -> i64 {
        self.0
    }

    /// Whole seconds since 1970-01-01T00:00:00Z, rounded down.
    #[must_use]
    pub fn unix_seconds(self) -> i64 {
        self.0 / 1_000_000
    }

    /// The time `span` later, in whole microseconds; at most the end of the year 9999.
    #[must_use]
    pub fn plus(self, span: Duration) -> Self {
        let micros = i64::try_from(span.as_micros()).unwrap_or(i64::MAX);
        Self::from_micros(self.0.saturating_add(micros))
    }

    /// The time `span` earlier, in whole microseconds; at least the beginning of 1970.
    #[must_use]
    pub fn minus(self, span: Duration) -> Self {
        let micros = i64::try_from(span.as_micros()).unwrap_or(i64::MAX);
        Self::from_micros(self.0.saturating_sub(micros))
    }

    /// The span from `self` to `later`; zero if `later` is not later.
    #[must_use]
    pub fn until(self, later: Self) -> Duration {
        let micros = later.0.saturating_sub(self.0);
        Duration::from_micros(u64::try_from(micros).unwrap_or(0))
    }
}

/// The same time for the `time` crate, which cookies need.
impl From<Timestamp> for OffsetDateTime {
    fn from(timestamp: Timestamp) -> Self {
        let whole_seconds = Self::from_unix_timestamp(timestamp.unix_seconds());
        let micros = u32::try_from(timestamp.0 % 1_000_000).unwrap_or(0);
        whole_seconds
            .and_then(|at| at.replace_microsecond(micros))
            .unwrap_or(OffsetDateTime::UNIX_EPOCH)
    }
}

/// The text of a [`Timestamp`]: RFC 3339 in UTC with six digits of fraction (`docs/api/contract.md`).
pub struct TimestampText([u8; 27]);

impl TimestampText {
    /// The text, which is ASCII.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl Timestamp {
    /// The text of the time. It writes the digits itself, because every response with a user has a timestamp, and a
    /// format description takes five times as long.
    #[must_use]
    pub fn text(self) -> TimestampText {
        let at = OffsetDateTime::from(self);
        let (year, month, day) = at.to_calendar_date();
        let (hour, minute, second, micros) = at.to_hms_micro();
        let mut text = *b"YYYY-MM-DDThh:mm:ss.ffffffZ";
        let fields = [
            (0..4, year.unsigned_abs()),
            (5..7, u32::from(u8::from(month))),
            (8..10, u32::from(day)),
            (11..13, u32::from(hour)),
            (14..16, u32::from(minute)),
            (17..19, u32::from(second)),
            (20..26, micros),
        ];
        for (place, value) in fields {
            write_digits(text.get_mut(place).unwrap_or_default(), value);
        }
        TimestampText(text)
    }
}

/// Its [text](Timestamp::text).
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text().as_str())
    }
}

/// Writes a number with leading zeroes.
fn write_digits(place: &mut [u8], mut value: u32) {
    for digit in place.iter_mut().rev() {
        *digit = b'0' + (value % 10) as u8;
        value /= 10;
    }
}

#[cfg(test)]
mod tests {
    use time::macros::format_description;

    use super::*;

    #[test]
    fn is_written_as_rfc_3339_with_six_digits() {
        let seed_004 = Timestamp::from_micros(1_616_942_380_063_095);
        assert_eq!(seed_004.to_string(), "2021-03-28T14:39:40.063095Z");
        assert_eq!(
            Timestamp::from_micros(0).to_string(),
            "1970-01-01T00:00:00.000000Z"
        );
    }

    #[test]
    fn is_written_as_a_format_description_writes_it() {
        let format = format_description!(
            "[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:6]Z"
        );
        // A step of 13 days and some, so that every field varies.
        for step in 0..200_000 {
            let at = Timestamp::from_micros(step * 1_234_567_890_123);
            let expected = OffsetDateTime::from(at).format(&format).unwrap();
            assert_eq!(at.to_string(), expected);
        }
    }

    #[test]
    fn stays_within_what_rfc_3339_can_write() {
        let last = Timestamp::from_micros(i64::MAX);
        assert_eq!(last.to_string(), "9999-12-31T23:59:59.999999Z");
        assert_eq!(last.plus(Duration::MAX), last);
        assert_eq!(Timestamp::from_micros(-1).micros(), 0);
    }

    #[test]
    fn measures_only_forward() {
        let early = Timestamp::from_micros(5);
        assert_eq!(
            early.until(early.plus(Duration::from_secs(2))),
            Duration::from_secs(2)
        );
        assert_eq!(
            early.plus(Duration::from_secs(2)).until(early),
            Duration::ZERO
        );
    }
}

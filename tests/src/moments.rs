//! Points in time, as the server writes them.

use std::time::Duration;

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// Reads a timestamp, which must be RFC 3339 in UTC with six digits of fraction: `2021-03-28T14:39:40.063095Z`.
#[track_caller]
pub fn moment(text: &str) -> OffsetDateTime {
    let shape: String = text
        .chars()
        .map(|c| if c.is_ascii_digit() { '0' } else { c })
        .collect();
    assert_eq!(shape, "0000-00-00T00:00:00.000000Z", "the form of {text}");
    OffsetDateTime::parse(text, &Rfc3339).unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// Asserts that a point in time lies `distance` from now, give or take a minute.
#[track_caller]
pub fn expect_in(distance: Duration, moment: OffsetDateTime) {
    let expected = OffsetDateTime::now_utc() + distance;
    let off = (moment - expected).abs();
    assert!(
        off < time::Duration::MINUTE,
        "{moment} is {off} from the expected {expected}"
    );
}

/// So many minutes.
pub const fn minutes(count: u64) -> Duration {
    Duration::from_secs(60 * count)
}

/// So many days.
pub const fn days(count: u64) -> Duration {
    minutes(24 * 60 * count)
}

/// Sleeps a little longer than a duration that a test configured.
pub async fn outwait(configured: Duration) {
    tokio::time::sleep(configured + Duration::from_millis(150)).await;
}

#[cfg(test)]
mod tests {
    use super::{expect_in, minutes, moment};
    use time::OffsetDateTime;

    #[test]
    fn reads_six_digits() {
        assert_eq!(
            moment("2021-03-28T14:39:40.063095Z").unix_timestamp(),
            1_616_942_380
        );
    }

    #[test]
    #[should_panic(expected = "the form of")]
    fn refuses_nine_digits() {
        moment("2020-04-13T18:55:51.094616900Z");
    }

    #[test]
    #[should_panic(expected = "from the expected")]
    fn notices_the_wrong_distance() {
        expect_in(minutes(5), OffsetDateTime::now_utc());
    }
}

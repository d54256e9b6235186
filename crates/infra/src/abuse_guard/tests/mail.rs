//! Limits of messages: by recipient, by client and by the hour.

use super::*;

/// A client of its own for each number, and no two in one network.
fn client(number: u32) -> Option<IpAddr> {
    Some(IpAddr::V4(Ipv4Addr::from_bits(number << 8)))
}

#[test]
fn one_address_is_mailed_3_messages_and_then_one_each_5_minutes_whoever_asks() {
    let (guard, clock) = guard();
    let neo = email("neo@example.org");
    let asked = |number| {
        guard
            .admit(client(number), RateLimitedAction::Mail(&neo))
            .is_ok()
    };
    assert_eq!((0..10).filter(|number| asked(*number)).count(), 3);
    let written_otherwise = email("NEO@Example.org");
    let blocked = guard.admit(client(11), RateLimitedAction::Mail(&written_otherwise));
    assert_eq!(blocked.unwrap_err().retry_after, Duration::from_mins(5));
    let trinity = email("trinity@example.org");
    assert!(
        guard
            .admit(client(0), RateLimitedAction::Mail(&trinity))
            .is_ok()
    );
    clock.advance(Duration::from_mins(5));
    assert_eq!((20..30).filter(|number| asked(*number)).count(), 1);
}

#[test]
fn notices_count_with_other_messages_and_keep_nobody_from_recovering() {
    let (guard, _) = guard();
    let neo = email("neo@example.org");
    let client = client(1);
    assert_eq!(
        admitted(&guard, client, RateLimitedAction::Mail(&neo), 1),
        1
    );
    assert_eq!(
        admitted(&guard, client, RateLimitedAction::Notice(&neo), 10),
        2
    );
    assert_eq!(
        admitted(&guard, client, RateLimitedAction::Mail(&neo), 10),
        0
    );
    assert_eq!(
        admitted(&guard, client, RateLimitedAction::Recover(&neo), 10),
        3
    );
}

#[test]
fn one_client_has_15_messages_mailed_and_then_one_each_2_minutes_whomever_they_go_to() {
    let (guard, clock) = guard();
    let asked = |number: u32| {
        let to = email(&format!("neo{number}@example.org"));
        let attempt = match number % 2 {
            0 => RateLimitedAction::Mail(&to),
            _ => RateLimitedAction::Recover(&to),
        };
        guard.admit(client(1), attempt).is_ok()
    };
    assert_eq!((0..120).filter(|number| asked(*number)).count(), 15);
    clock.advance(Duration::from_mins(4));
    assert_eq!((200..220).filter(|number| asked(*number)).count(), 2);
}

#[test]
fn a_network_of_clients_does_not_use_up_the_hour() {
    let (guard, clock) = guard();
    let asked = |number: u32| {
        let to = email(&format!("neo{number}@example.org"));
        let client = ip(&format!("2001:db8:1:{:x}::1", number % 0x1000));
        guard.admit(client, RateLimitedAction::Mail(&to)).is_ok()
    };
    let mut mailed = 0;
    for minute in 0..59 {
        mailed += (0..2_000).filter(|n| asked(minute * 2_000 + n)).count();
        clock.advance(Duration::from_mins(1));
    }
    assert!(mailed < 1_000, "{mailed}");
    let elsewhere = email("neo@example.org");
    assert!(
        guard
            .admit(client(1), RateLimitedAction::Mail(&elsewhere))
            .is_ok()
    );
}

/// Asks for messages to addresses that were not mailed yet, each by another client, and answers how many it gets.
fn mailed(guard: &dyn AbuseGuard, numbers: std::ops::Range<u32>) -> usize {
    let asked = |number: &u32| {
        let to = email(&format!("neo{number}@example.org"));
        guard
            .admit(client(*number), RateLimitedAction::Mail(&to))
            .is_ok()
    };
    numbers.filter(asked).count()
}

fn hourly(most: u32) -> (RateLimits<FakeRelativeClock>, FakeRelativeClock) {
    let clock = FakeRelativeClock::default();
    let guard = RateLimits::with_clock(Rates::with_mails(most), REMEMBERED, clock.clone());
    (guard, clock)
}

#[test]
fn within_any_hour_so_many_are_mailed_and_no_more() {
    let (guard, clock) = hourly(100);
    let minute = Duration::from_mins(1);
    assert_eq!(mailed(&guard, 0..60), 60);
    clock.advance(30 * minute);
    assert_eq!(mailed(&guard, 1_000..1_060), 40);
    let neo = email("neo@example.org");
    for attempt in [
        RateLimitedAction::Mail(&neo),
        RateLimitedAction::Recover(&neo),
    ] {
        let blocked = guard.admit(client(1), attempt).unwrap_err();
        assert_eq!(blocked.retry_after, 30 * minute);
    }
    // The hourly limit is not for notices.
    assert!(
        guard
            .admit(client(1), RateLimitedAction::Notice(&neo))
            .is_ok()
    );
    clock.advance(30 * minute);
    assert_eq!(mailed(&guard, 2_000..2_100), 60);
    clock.advance(30 * minute);
    assert_eq!(mailed(&guard, 3_000..3_100), 40);
}

#[test]
fn what_is_blocked_otherwise_leaves_the_hour_to_others() {
    let (guard, _) = hourly(100);
    let neo = email("neo@example.org");
    for number in 0..1_000 {
        let _ = guard.admit(client(number), RateLimitedAction::Mail(&neo));
    }
    assert_eq!(mailed(&guard, 2_000..2_200), 97);
}

#[test]
fn a_message_that_its_address_is_blocked_for_leaves_the_network_to_its_neighbours() {
    let (guard, _) = guard();
    let neo = email("neo@example.org");
    for number in 0..100 {
        let neighbour = ip(&format!("198.51.100.{number}"));
        admitted(&guard, neighbour, RateLimitedAction::Mail(&neo), 15);
    }
    let trinity = email("trinity@example.org");
    let newcomer = ip("198.51.100.200");
    assert_eq!(
        admitted(&guard, newcomer, RateLimitedAction::Mail(&trinity), 1),
        1
    );
}

#[test]
fn without_an_hourly_limit_nothing_is_counted_for_all() {
    let (guard, _) = hourly(0);
    assert_eq!(mailed(&guard, 0..3_000), 3_000);
}

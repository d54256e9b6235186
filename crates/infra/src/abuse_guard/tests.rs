mod mail;
mod networks;

use std::net::Ipv4Addr;

use governor::clock::FakeRelativeClock;

use azuma_domain::user::EmailAddress;

use super::*;

fn guard() -> (RateLimits<FakeRelativeClock>, FakeRelativeClock) {
    let clock = FakeRelativeClock::default();
    let guard = RateLimits::with_clock(Rates::with_mails(1_000), REMEMBERED, clock.clone());
    (guard, clock)
}

fn ip(text: &str) -> Option<IpAddr> {
    Some(text.parse().unwrap())
}

fn name(text: &str) -> LoginName {
    LoginName::parse(text).unwrap()
}

fn admitted(
    guard: &dyn AbuseGuard,
    ip: Option<IpAddr>,
    attempt: RateLimitedAction<'_>,
    times: usize,
) -> usize {
    (0..times)
        .filter(|_| guard.admit(ip, attempt).is_ok())
        .count()
}

#[test]
fn one_name_may_be_tried_50_times_and_then_each_6_s() {
    let (guard, clock) = guard();
    let client = ip("192.0.2.1");
    let neo = name("neo");
    let login = RateLimitedAction::Login(&neo);
    assert_eq!(admitted(&guard, client, login, 60), 50);
    let blocked = guard.admit(client, login).unwrap_err();
    assert_eq!(blocked.retry_after, Duration::from_secs(6));
    clock.advance(Duration::from_secs(4));
    let blocked = guard.admit(client, login).unwrap_err();
    assert_eq!(blocked.retry_after, Duration::from_secs(2));
    clock.advance(Duration::from_secs(2));
    assert_eq!(admitted(&guard, client, login, 10), 1);
    // The name in another case is the same name; another name is not, nor is another client.
    assert!(
        guard
            .admit(client, RateLimitedAction::Login(&name("NEO")))
            .is_err()
    );
    assert!(
        guard
            .admit(client, RateLimitedAction::Login(&name("mia")))
            .is_ok()
    );
    assert!(guard.admit(ip("192.0.2.2"), login).is_ok());
    assert!(guard.admit(None, login).is_ok());
}

#[test]
fn events_of_a_user_are_recorded_300_at_once_and_then_each_30_s_and_refusals_apart() {
    let (guard, clock) = guard();
    let user = |number| UserId::new(uuid::Uuid::from_u128(number));
    for attempt in [
        RateLimitedAction::RecordEvent,
        RateLimitedAction::RecordRefusal,
    ] {
        assert_eq!(admitted(&guard, None, attempt(user(1)), 310), 300);
        assert_eq!(admitted(&guard, None, attempt(user(2)), 1), 1);
    }
    clock.advance(Duration::from_secs(30));
    assert_eq!(
        admitted(&guard, None, RateLimitedAction::RecordEvent(user(1)), 2),
        1
    );
}

#[test]
fn one_client_may_try_1000_names_and_then_ten_a_second() {
    let (guard, clock) = guard();
    let client = ip("192.0.2.1");
    let tries = |from: usize, count: usize| {
        (from..from + count)
            .filter(|i| {
                let name = name(&format!("user{i}"));
                let login = RateLimitedAction::Login(&name);
                let admitted = guard.admit(client, login).is_ok();
                if admitted {
                    guard.forgive(client, login);
                }
                admitted
            })
            .count()
    };
    assert_eq!(tries(0, 1_100), 1_000);
    clock.advance(Duration::from_secs(1));
    assert_eq!(tries(2_000, 100), 10);
}

/// Fails to log in with each of these names; answers how many attempts were admitted.
fn failures(
    guard: &RateLimits<FakeRelativeClock>,
    client: Option<IpAddr>,
    names: std::ops::Range<usize>,
) -> usize {
    names
        .filter(|i| {
            let name = name(&format!("user{i}"));
            guard.admit(client, RateLimitedAction::Login(&name)).is_ok()
        })
        .count()
}

#[test]
fn one_client_may_fail_300_times_and_then_each_6_s_whatever_the_names() {
    let (guard, clock) = guard();
    let client = ip("192.0.2.1");
    assert_eq!(failures(&guard, client, 0..400), 300);
    clock.advance(Duration::from_mins(1));
    assert_eq!(failures(&guard, client, 400..500), 10);
    assert_eq!(failures(&guard, ip("192.0.2.2"), 0..10), 10);
}

#[test]
fn logins_that_succeed_leave_room_for_all_the_failures() {
    let (guard, _) = guard();
    let client = ip("192.0.2.1");
    let neo = name("neo");
    for _ in 0..50 {
        guard.admit(client, RateLimitedAction::Login(&neo)).unwrap();
        guard.forgive(client, RateLimitedAction::Login(&neo));
    }
    assert_eq!(failures(&guard, client, 0..400), 300);
    // One forgiven login makes room for one more failure, and no more.
    guard.forgive(client, RateLimitedAction::Login(&neo));
    assert_eq!(failures(&guard, client, 400..500), 1);
}

#[test]
fn one_name_that_is_tried_too_often_is_no_failure_of_other_names() {
    let (guard, _) = guard();
    let client = ip("192.0.2.1");
    let neo = name("neo");
    assert_eq!(
        admitted(&guard, client, RateLimitedAction::Login(&neo), 500),
        50
    );
    assert_eq!(failures(&guard, client, 0..400), 250);
}

#[test]
fn registrations_and_links_have_counts_of_their_own() {
    let (guard, clock) = guard();
    let client = ip("192.0.2.1");
    assert_eq!(
        admitted(&guard, client, RateLimitedAction::Register, 400),
        300
    );
    assert_eq!(
        admitted(&guard, client, RateLimitedAction::FollowLink, 400),
        300
    );
    clock.advance(Duration::from_secs(4));
    assert_eq!(admitted(&guard, client, RateLimitedAction::Register, 10), 2);
    assert_eq!(
        admitted(&guard, client, RateLimitedAction::FollowLink, 10),
        4
    );
}

#[test]
fn one_address_may_be_recovered_3_times_and_then_each_5_minutes_whoever_asks() {
    let (guard, clock) = guard();
    let email = |text| EmailAddress::parse(text).unwrap();
    let recover = |client: u32, text| {
        let client = Some(IpAddr::V4(Ipv4Addr::from_bits(client)));
        guard.admit(client, RateLimitedAction::Recover(&email(text)))
    };
    let admitted = (0..10).filter(|client| recover(*client, "neo@example.org").is_ok());
    assert_eq!(admitted.count(), 3);
    let blocked = recover(99, "NEO@Example.org").unwrap_err();
    assert_eq!(blocked.retry_after, Duration::from_mins(5));
    assert!(recover(99, "trinity@example.org").is_ok());
    clock.advance(Duration::from_mins(5));
    assert!(recover(100, "neo@example.org").is_ok());
    assert!(recover(101, "neo@example.org").is_err());
}

#[test]
fn a_client_is_an_ipv4_address_or_an_ipv6_64() {
    assert_eq!(
        Client::of(ip("2001:db8:1:2:3:4:5:6")),
        Client::of(ip("2001:db8:1:2:ffff::"))
    );
    assert_ne!(
        Client::of(ip("2001:db8:1:2::1")),
        Client::of(ip("2001:db8:1:3::1"))
    );
    assert_eq!(
        Client::of(ip("::ffff:192.0.2.1")),
        Client::of(ip("192.0.2.1"))
    );
}

#[test]
fn what_is_remembered_is_bounded() {
    let guard = RateLimits::with_clock(Rates::with_mails(1_000), 100, FakeRelativeClock::default());
    for number in 0..10_000_u32 {
        let client = Some(IpAddr::V4(Ipv4Addr::from_bits(number)));
        assert!(guard.admit(client, RateLimitedAction::Register).is_ok());
    }
    assert!(guard.registrations.remembered() <= 150);
}

fn email(text: &str) -> EmailAddress {
    EmailAddress::parse(text).unwrap()
}

#[test]
fn strangers_may_guess_at_one_name_100_times_and_then_each_36_s_wherever_they_come_from() {
    let (guard, clock) = guard();
    let neo = name("neo");
    let guess = RateLimitedAction::LoginTo(LoginTarget::Nobody(&neo), Familiarity::Stranger);
    let from = |number: u32| Some(IpAddr::V4(Ipv4Addr::from_bits(number << 8)));
    let admitted = (0..200).filter(|number| guard.admit(from(*number), guess).is_ok());
    assert_eq!(admitted.count(), 100);
    let blocked = guard.admit(from(200), guess).unwrap_err();
    assert_eq!(blocked.retry_after, Duration::from_secs(36));
    // Other names and clients that the account knows are not limited.
    let other = name("mia");
    let other = RateLimitedAction::LoginTo(LoginTarget::Nobody(&other), Familiarity::Stranger);
    guard.admit(from(200), other).unwrap();
    let known = RateLimitedAction::LoginTo(LoginTarget::Nobody(&neo), Familiarity::Known);
    guard.admit(from(200), known).unwrap();
    clock.advance(Duration::from_secs(36));
    assert!(guard.admit(from(201), guess).is_ok());
    assert!(guard.admit(from(202), guess).is_err());
}

#[test]
fn a_stranger_who_knows_the_password_uses_up_no_guess() {
    let (guard, _) = guard();
    let neo = name("neo");
    let login = RateLimitedAction::LoginTo(LoginTarget::Nobody(&neo), Familiarity::Stranger);
    for _ in 0..500 {
        guard.admit(None, login).unwrap();
        guard.forgive(None, login);
    }
    assert_eq!(admitted(&guard, None, login, 200), 100);
}

#[test]
fn no_guard_blocks_nobody() {
    assert_eq!(
        admitted(&NoGuard, None, RateLimitedAction::Register, 5_000),
        5_000
    );
}

#[test]
fn wrong_current_passwords_count_as_failed_logins_do() {
    let (guard, _) = guard();
    let client = ip("192.0.2.1");
    let user = |number| UserId::new(uuid::Uuid::from_u128(number));
    let known = |number| RateLimitedAction::Confirm(user(number), Familiarity::Known);
    assert_eq!(admitted(&guard, client, known(1), 60), 50);
    assert_eq!(failures(&guard, client, 0..400), 250);
    assert_eq!(admitted(&guard, client, known(2), 1), 0);
    // A right one is no failure.
    let client = ip("198.51.100.1");
    for number in 3..403 {
        guard.admit(client, known(number)).unwrap();
        guard.forgive(client, known(number));
    }
    // Strangers share the guesses at one account with those who log in to it.
    let target = LoginTarget::Account(user(1));
    let login = RateLimitedAction::LoginTo(target, Familiarity::Stranger);
    let stranger = RateLimitedAction::Confirm(user(1), Familiarity::Stranger);
    assert_eq!(admitted(&guard, ip("203.0.113.1"), stranger, 40), 40);
    assert_eq!(admitted(&guard, ip("203.0.113.2"), login, 100), 60);
    let refused = ip("203.0.113.3");
    assert_eq!(admitted(&guard, refused, stranger, 1), 0);
    assert_eq!(failures(&guard, refused, 0..400), 300);
}

#[test]
fn ten_codes_of_a_user_may_be_wrong_and_then_one_each_15_minutes_whichever_client_asks() {
    let (guard, clock) = guard();
    let code = |user| RateLimitedAction::SecondFactor(UserId::new(uuid::Uuid::from_u128(user)));
    assert_eq!(admitted(&guard, ip("192.0.2.1"), code(1), 6), 6);
    assert_eq!(admitted(&guard, ip("203.0.113.1"), code(1), 6), 4);
    let refused = guard.admit(ip("198.51.100.1"), code(1)).unwrap_err();
    assert_eq!(refused.retry_after, Duration::from_mins(15));
    clock.advance(Duration::from_mins(15));
    assert_eq!(admitted(&guard, None, code(1), 2), 1);
    // A right one is no guess, and other users are not counted with this one.
    for _ in 0..20 {
        guard.admit(None, code(2)).unwrap();
        guard.forgive(None, code(2));
    }
}

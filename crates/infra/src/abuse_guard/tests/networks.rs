//! Limits of the networks that clients are in.

use super::*;

/// How many registrations of these clients are admitted.
fn registrations(
    guard: &RateLimits<FakeRelativeClock>,
    addresses: u32,
    address: impl Fn(u32) -> String,
) -> usize {
    (0..addresses)
        .map(|number| {
            admitted(
                guard,
                ip(&address(number)),
                RateLimitedAction::Register,
                400,
            )
        })
        .sum()
}

#[test]
fn a_network_may_do_4_or_16_times_as_much_as_a_client() {
    type Address = fn(u32) -> String;
    let networks: [(u32, usize, Address, &str); 3] = [
        (
            8,
            4,
            |n| format!("2001:db8:1:{n:x}::1"),
            "2001:db8:1:100::1",
        ),
        (
            32,
            16,
            |n| format!("2001:db8:1:{n:x}00::1"),
            "2001:db8:2::1",
        ),
        (32, 16, |n| format!("192.0.2.{n}"), "192.0.3.1"),
    ];
    for (clients, times, client, elsewhere) in networks {
        let (guard, _) = guard();
        assert_eq!(registrations(&guard, clients, client), times * 300);
        let elsewhere = guard.admit(ip(elsewhere), RateLimitedAction::Register);
        assert!(elsewhere.is_ok());
    }
}

#[test]
fn an_attempt_that_a_network_is_blocked_for_uses_up_nothing_of_its_client() {
    let (guard, clock) = guard();
    let newcomer = ip("198.51.100.200");
    let neighbour = |number: u32| ip(&format!("198.51.100.{}", number % 199));
    let used_up = (0..10_000).filter(|n| {
        guard
            .admit(neighbour(*n), RateLimitedAction::Register)
            .is_ok()
    });
    assert_eq!(used_up.count(), 4_800);
    assert_eq!(
        admitted(&guard, newcomer, RateLimitedAction::Register, 1_000),
        0
    );
    clock.advance(Duration::from_mins(1));
    // One each 2 s for a client, sixteen times as many for its network.
    assert_eq!(
        admitted(&guard, newcomer, RateLimitedAction::Register, 1_000),
        300
    );
}

/// Whether a client that the account knows, or does not, may log in with a name.
fn may_log_in(
    guard: &RateLimits<FakeRelativeClock>,
    client: Option<IpAddr>,
    name: &LoginName,
    familiarity: Familiarity,
) -> bool {
    guard.admit(client, RateLimitedAction::Login(name)).is_ok()
        && guard
            .admit(
                client,
                RateLimitedAction::LoginTo(LoginTarget::Nobody(name), familiarity),
            )
            .is_ok()
}

#[test]
fn neighbours_that_fail_keep_out_a_stranger_and_no_client_that_the_account_knows() {
    let (guard, _) = guard();
    let failed = (0..10_000).filter(|number| {
        let client = ip(&format!("198.51.100.{}", number % 100));
        let name = name(&format!("user{number}"));
        may_log_in(&guard, client, &name, Familiarity::Stranger)
    });
    assert_eq!(failed.count(), 16 * 300);
    let (newcomer, neo) = (ip("198.51.100.200"), name("neo"));
    assert!(!may_log_in(&guard, newcomer, &neo, Familiarity::Stranger));
    assert!(may_log_in(&guard, newcomer, &neo, Familiarity::Known));
    let elsewhere = ip("198.51.101.200");
    assert!(may_log_in(&guard, elsewhere, &neo, Familiarity::Stranger));
}

#[test]
fn neighbours_that_try_one_name_keep_nobody_out_that_its_account_knows() {
    let (guard, _) = guard();
    let neo = name("neo");
    for number in 0..32 {
        let client = ip(&format!("198.51.100.{number}"));
        admitted(&guard, client, RateLimitedAction::Login(&neo), 60);
    }
    let owner = ip("198.51.100.200");
    assert!(may_log_in(&guard, owner, &neo, Familiarity::Known));
}

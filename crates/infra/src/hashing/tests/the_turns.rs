//! The order in which clients are served.

use super::super::fair_queue::FairQueue;
use super::*;

type Queue = FairQueue<&'static str>;

fn ip(text: &str) -> Option<IpAddr> {
    Some(text.parse().unwrap())
}

fn queue(waiting: &[(&str, &'static str)]) -> Queue {
    let mut queue = Queue::new();
    for (client, item) in waiting {
        queue.push(ip(client), item);
    }
    queue
}

fn take(queue: &mut Queue) -> Option<&'static str> {
    queue.take_next(|item, _| Some(item))
}

fn served(queue: &mut Queue) -> Vec<&'static str> {
    std::iter::from_fn(|| take(queue)).collect()
}

#[test]
fn one_client_is_served_in_the_order_it_asked() {
    let client = "192.0.2.1";
    let mut queue = queue(&[(client, "1"), (client, "2"), (client, "3")]);
    assert_eq!(queue.len(), 3);
    assert_eq!(served(&mut queue), ["1", "2", "3"]);
    assert_eq!(queue.len(), 0);
}

#[test]
fn networks_take_turns_whatever_each_has_waiting() {
    let mut queue = queue(&[
        ("192.0.2.1", "a1"),
        ("192.0.2.1", "a2"),
        ("192.0.2.1", "a3"),
        ("198.51.100.1", "b1"),
        ("198.51.100.1", "b2"),
        ("2001:db8:1::1", "c1"),
    ]);
    assert_eq!(served(&mut queue), ["a1", "b1", "c1", "a2", "b2", "a3"]);
}

#[test]
fn addresses_of_one_network_take_the_turns_of_the_network() {
    let mut queue = queue(&[
        ("192.0.2.1", "a1"),
        ("192.0.2.1", "a2"),
        ("192.0.2.2", "b1"),
        ("2001:db8:1:1::1", "c1"),
        ("2001:db8:1:1::2", "c2"),
        ("2001:db8:1:2::1", "d1"),
    ]);
    assert_eq!(served(&mut queue), ["a1", "c1", "b1", "d1", "a2", "c2"]);
}

#[test]
fn one_that_comes_among_60_clients_with_much_to_do_is_served_at_once() {
    let mut queue = Queue::new();
    let busy: Vec<String> = (0..60).map(|number| format!("10.0.{number}.1")).collect();
    for _ in 0..20 {
        for client in &busy {
            queue.push(ip(client), "busy");
        }
    }
    // All of them have had turns before.
    for _ in 0..100 {
        assert_eq!(take(&mut queue), Some("busy"));
    }
    queue.push(ip("203.0.113.7"), "honest");
    let before = std::iter::from_fn(|| take(&mut queue)).position(|one| one == "honest");
    assert!(before.unwrap() <= 1, "{before:?}");
}

#[test]
fn newcomers_without_end_leave_every_fourth_turn_to_the_others() {
    let mut queue = queue(&[("192.0.2.1", "old"); 50]);
    assert_eq!(take(&mut queue), Some("old"));
    let mut old = 0;
    for number in 0..100 {
        queue.push(ip(&format!("10.0.{number}.1")), "new");
        queue.push(ip(&format!("10.1.{number}.1")), "new");
        old += usize::from(take(&mut queue) == Some("old"));
    }
    assert_eq!(old, 25);
}

#[test]
fn one_that_comes_again_before_its_turn_is_no_newcomer() {
    let mut queue = queue(&[
        ("192.0.2.1", "a"),
        ("198.51.100.1", "b1"),
        ("198.51.100.1", "b2"),
        ("198.51.100.1", "b3"),
    ]);
    assert_eq!(take(&mut queue), Some("a"));
    assert_eq!(take(&mut queue), Some("b1"));
    queue.push(ip("192.0.2.1"), "a again");
    queue.push(ip("203.0.113.1"), "c");
    let order = served(&mut queue);
    let place = |item| order.iter().position(|one| *one == item).unwrap();
    assert!(place("c") < place("a again"), "{order:?}");
}

#[test]
fn whoever_has_the_most_waiting_would_be_served_last() {
    let mut queue = queue(&[
        ("192.0.2.1", "a1"),
        ("192.0.2.1", "a2"),
        ("192.0.2.2", "b1"),
        ("198.51.100.1", "c1"),
        ("198.51.100.1", "c2"),
    ]);
    assert_eq!(queue.evict(), Some("a2"));
    assert_eq!(queue.evict(), Some("c2"));
    assert_eq!(queue.len(), 3);
    assert_eq!(queue.evict(), Some("b1"));
}

#[test]
fn one_that_would_be_served_last_is_not_the_one_that_just_came() {
    let mut queue = Queue::new();
    for number in 0..60 {
        queue.push(ip(&format!("10.0.{number}.1")), "first");
        queue.push(ip(&format!("10.0.{number}.1")), "second");
    }
    queue.push(ip("203.0.113.7"), "honest");
    let turned_away: Vec<_> = (0..60).filter_map(|_| queue.evict()).collect();
    assert_eq!(turned_away, ["second"; 60]);
}

#[test]
fn what_is_useless_takes_nobodys_turn() {
    let mut queue = queue(&[
        ("192.0.2.1", "gone"),
        ("192.0.2.1", "a"),
        ("198.51.100.1", "b"),
    ]);
    let useful = |item, _| (item != "gone").then_some(item);
    assert_eq!(queue.take_next(useful), Some("a"));
    assert_eq!(queue.len(), 1);
}

#[test]
fn what_is_not_kept_is_counted_no_more() {
    let mut queue = queue(&[
        ("192.0.2.1", "gone"),
        ("192.0.2.1", "a"),
        ("192.0.2.2", "b"),
    ]);
    queue.retain(|item| *item != "gone");
    assert_eq!(queue.len(), 2);
    let mut order = served(&mut queue);
    order.sort_unstable();
    assert_eq!(order, ["a", "b"]);
}

#[test]
fn those_without_an_address_are_one_client() {
    let mut queue = Queue::new();
    for item in ["1", "2", "3"] {
        queue.push(None, item);
    }
    queue.push(ip("203.0.113.7"), "other");
    assert_eq!(served(&mut queue), ["1", "other", "2", "3"]);
}

#[test]
fn one_that_others_went_before_is_told_how_many() {
    let mut queue = queue(&[
        ("192.0.2.1", "a1"),
        ("192.0.2.1", "a2"),
        ("192.0.2.1", "a3"),
    ]);
    let mut served_since = Vec::new();
    let mut take = |queue: &mut Queue| {
        queue.take_next(|item, since| {
            served_since.push((item, since));
            Some(item)
        })
    };
    take(&mut queue);
    queue.push(ip("198.51.100.1"), "b");
    queue.push(ip("203.0.113.1"), "c");
    while take(&mut queue).is_some() {}
    assert_eq!(
        served_since,
        [("a1", 0), ("b", 0), ("c", 1), ("a2", 3), ("a3", 4)]
    );
}

use std::net::IpAddr;
use std::sync::Arc;

use azuma_domain::Timestamp;
use azuma_domain::ports::Store;
use azuma_domain::session::{Session, SessionPolicy, SessionToken, UserAgent};
use azuma_domain::token::{Generation, TokenShape};
use azuma_testkit::sample::{DAY, MINUTE, now, session, token};
use azuma_testkit_macros::on_every_store;

use crate::given;

/// Inserts the session and the token, and answers both as they are read.
async fn returned(
    store: &Arc<dyn Store>,
    session: &Session,
    first: &SessionToken,
) -> (Session, SessionToken) {
    given::session(store, session, first).await;
    let found = super::find_hash(store, first.hash, now()).await;
    let token = found.expect("the token is live").token;
    (
        super::listed(store, session.user_id, session.id).await,
        token,
    )
}

#[on_every_store]
async fn both_policies_and_both_shapes_come_back_as_written(store: Arc<dyn Store>) {
    let ada = given::ada(&store).await;
    let mut number = 0;
    for policy in [SessionPolicy::Sliding, SessionPolicy::Rotating] {
        for shape in [TokenShape::Uuid, TokenShape::Alphanumeric64] {
            number += 1;
            let written = Session {
                policy,
                shape,
                ..session(number, ada)
            };
            let first = token(number, 0, now().plus(30 * DAY));
            let returned = returned(&store, &written, &first).await;
            assert_eq!(returned, (written, first));
        }
    }
}

#[on_every_store]
async fn ipv4_and_ipv6_addresses_come_back_as_written(store: Arc<dyn Store>) {
    let ada = given::ada(&store).await;
    let addresses = [
        "127.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "2001:db8::8a2e:370:7334",
        "::ffff:192.0.2.1",
        "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
    ];
    for (number, address) in (1..).zip(addresses) {
        let ip: IpAddr = address.parse().unwrap();
        let mut written = session(number, ada);
        written.client.ip = Some(ip);
        let first = token(number, 0, now().plus(MINUTE));
        let (returned, _) = returned(&store, &written, &first).await;
        assert_eq!(returned.client.ip, Some(ip));
    }
}

#[on_every_store]
async fn user_agents_come_back_as_written(store: Arc<dyn Store>) {
    let ada = given::ada(&store).await;
    let longest = "猫".repeat(256);
    for (number, text) in (1..).zip([
        "Mozilla/5.0 (X11; Linux x86_64)",
        " \"quoted'; --",
        "Ünïcødé 🦀",
        &longest,
    ]) {
        let mut written = session(number, ada);
        written.client.user_agent = UserAgent::parse(text);
        let first = token(number, 0, now().plus(MINUTE));
        let (returned, _) = returned(&store, &written, &first).await;
        assert_eq!(returned.client.user_agent, written.client.user_agent);
    }
}

#[on_every_store]
async fn times_come_back_to_the_microsecond(store: Arc<dyn Store>) {
    let ada = given::ada(&store).await;
    let last = Timestamp::from_micros(i64::MAX);
    for (number, micros) in (1..).zip([0, 1, 999_999, 1_616_942_380_063_095]) {
        let written = Session {
            created_at: Timestamp::from_micros(micros),
            ..session(number, ada)
        };
        let first = SessionToken {
            last_used_at: Some(Timestamp::from_micros(micros + 1)),
            ..token(number, 0, last)
        };
        let returned = returned(&store, &written, &first).await;
        assert_eq!(returned, (written, first));
    }
}

#[on_every_store]
async fn a_session_can_begin_with_a_later_generation(store: Arc<dyn Store>) {
    let ada = given::ada(&store).await;
    let written = Session {
        generation: Generation::new(70_000),
        ..session(1, ada)
    };
    let first = token(1, 70_000, now().plus(MINUTE));
    let returned = returned(&store, &written, &first).await;
    assert_eq!(returned, (written, first));
}

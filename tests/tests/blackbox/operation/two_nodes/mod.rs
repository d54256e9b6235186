//! Two servers on one database.

mod agreement;
mod faults;
mod histories;
mod one_file;
mod pauses;
mod revocation;
mod revocations;

use std::time::{Duration, Instant};

use azuma_tests::Database;
use azuma_tests::clients::Azuma;
use azuma_tests::deadline::Deadline;
use azuma_tests::server::Server;

/// How long a node may take to learn what another did, whatever fails.
const WITHIN: Duration = Duration::from_secs(3);

fn two_nodes() -> (Server, Server) {
    let setup = Database::Postgres.server();
    let other = setup.elsewhere();
    (setup.start(), other.start())
}

/// Asks with a token until it is refused. A request later than [`WITHIN`] after the revocation must be refused.
async fn expect_ended(azuma: &Azuma, token: &str, revoked: Instant) {
    let deadline = Deadline::in_seconds(30);
    loop {
        let asked = Instant::now();
        match azuma.own_user(token).await.status {
            401 => return,
            200 => assert!(
                asked < revoked + WITHIN,
                "the session still lives on the other node after {:?}",
                asked - revoked
            ),
            status => panic!("nothing is wrong, but the answer is {status}"),
        }
        deadline.step().await;
    }
}

/// Asks with a token until the answer has the expected status.
async fn wait_for_status(azuma: &Azuma, token: &str, expected: u16) {
    let deadline = Deadline::in_seconds(30);
    loop {
        let status = azuma.own_user(token).await.status;
        if status == expected {
            return;
        }
        assert!(!deadline.is_over(), "still {status}, not {expected}");
        deadline.step().await;
    }
}

//! Two servers on one database.

mod agreement;
mod faults;
mod histories;
mod one_file;
mod pauses;
mod revocation;
mod revocations;

use azuma_tests::Database;
use azuma_tests::clients::Azuma;
use azuma_tests::deadline::Deadline;
use azuma_tests::revocation::{WITHIN, expect_ended};
use azuma_tests::server::Server;

fn two_nodes() -> (Server, Server) {
    let setup = Database::Postgres.server();
    let other = setup.elsewhere();
    (setup.start(), other.start())
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

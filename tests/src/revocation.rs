//! How soon a session ends that was revoked elsewhere: on another node, or by a command.

use std::time::{Duration, Instant};

use crate::clients::Azuma;
use crate::deadline::Deadline;

/// How long a node may take to learn what another did, whatever fails.
pub const WITHIN: Duration = Duration::from_secs(3);

/// Asks with a token until it is refused. A request later than [`WITHIN`] after the revocation must be refused.
pub async fn expect_ended(azuma: &Azuma, token: &str, revoked: Instant) {
    let deadline = Deadline::in_seconds(30);
    loop {
        let asked = Instant::now();
        match azuma.own_user(token).await.status {
            401 => return,
            200 => assert!(
                asked < revoked + WITHIN,
                "the session still lives after {:?}",
                asked - revoked
            ),
            status => panic!("nothing is wrong, but the answer is {status}"),
        }
        deadline.step().await;
    }
}

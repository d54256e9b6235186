//! Clients that request more password hashes than the server can compute do not hold up other clients.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use azuma_tests::deadline::Deadline;
use azuma_tests::people::Person;
use azuma_tests::server::Server;
use azuma_tests::{Database, on_both_databases};
use tokio::time::sleep;

use super::clients::{guarded, log_in_from};

/// How many clients flood the server, and how many requests each has under way.
const CLIENTS: usize = 60;
const AT_ONCE: usize = 8;
/// How many users they try, so that none is tried too often.
const VICTIMS: usize = 60;

/// The state of the flood.
#[derive(Default)]
struct Flood {
    over: AtomicBool,
    compared: AtomicUsize,
}

impl Flood {
    /// Tries one password after another, as fast as the server answers.
    async fn pour(self: Arc<Self>, server: Arc<Server>, client: usize) {
        let ip = format!("198.18.{client}.1");
        let mut victim = client;
        while !self.over.load(Ordering::Relaxed) {
            victim += 1;
            let name = format!("victim-{}", victim % VICTIMS);
            match log_in_from(&server, &ip, &name, "a guess").await.status {
                403 => {
                    self.compared.fetch_add(1, Ordering::Relaxed);
                }
                503 => sleep(Duration::from_millis(300)).await,
                // The abuse guard blocks this client.
                _ => return,
            }
        }
    }
}

#[on_both_databases]
async fn one_login_among_60_clients_that_use_up_their_allowance_is_answered_in_its_turn(
    db: Database,
) {
    let server = guarded(db)
        .set("passwords.threads", "1")
        .set("passwords.memory_kib", "4096")
        .start();
    let neo = Person::named("neo");
    server.azuma().sign_up(&neo).await;
    for victim in 0..VICTIMS {
        let victim = Person::named(&format!("victim-{victim}"));
        server.azuma().sign_up(&victim).await;
    }
    let (server, flood) = (Arc::new(server), Arc::new(Flood::default()));
    for client in 0..CLIENTS * AT_ONCE {
        let pour = Arc::clone(&flood).pour(Arc::clone(&server), client % CLIENTS);
        tokio::spawn(pour);
    }
    let deadline = Deadline::in_seconds(60);
    while flood.compared.load(Ordering::Relaxed) < CLIENTS {
        assert!(!deadline.is_over(), "the flood does not begin");
        deadline.step().await;
    }
    let before = flood.compared.load(Ordering::Relaxed);
    // A wrong password first: a login that succeeds also waits for the disk.
    let slip = log_in_from(&server, "203.0.113.7", &neo.name, "a slip").await;
    let meanwhile = flood.compared.load(Ordering::Relaxed) - before;
    let login = log_in_from(&server, "203.0.113.7", &neo.name, &neo.password).await;
    flood.over.store(true, Ordering::Relaxed);
    slip.refused(403, "FORBIDDEN");
    login.success(200);
    // One round of turns, and what was served while the request was on its way. First come, first served would be eight
    // rounds.
    assert!(meanwhile <= 2 * CLIENTS, "{meanwhile} were served before");
}

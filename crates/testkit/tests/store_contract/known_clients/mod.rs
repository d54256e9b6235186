//! [`KnownClientRepository`](azuma_domain::ports::KnownClientRepository).

mod delete_unseen_since;
mod list_of;
mod note;

use std::sync::Arc;

use azuma_domain::Timestamp;
use azuma_domain::ports::Store;
use azuma_domain::session::ClientNetwork;
use azuma_domain::user::UserId;

use super::write;

/// The most networks of a user in these tests.
const MOST: usize = 3;

fn network(ip: &str) -> ClientNetwork {
    ClientNetwork::of(ip.parse().expect("an address"))
}

fn numbered(number: u8) -> ClientNetwork {
    network(&format!("10.0.{number}.1"))
}

async fn note(store: &Arc<dyn Store>, user_id: UserId, number: u8, now: Timestamp) {
    let done = write(store, move |tx| {
        tx.known_clients()
            .note(user_id, numbered(number), now, MOST)
    });
    done.await;
}

async fn last_seen(store: &Arc<dyn Store>, user_id: UserId, number: u8) -> Option<Timestamp> {
    let seen = write(store, move |tx| {
        tx.known_clients().last_seen(user_id, numbered(number))
    });
    seen.await
}

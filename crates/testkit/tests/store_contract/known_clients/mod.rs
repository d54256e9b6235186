//! [`KnownClientRepository`](azuma_domain::ports::KnownClientRepository).

pub mod delete_unseen_since;
pub mod note;

use std::sync::Arc;

use super::write;
use azuma_domain::Timestamp;
use azuma_domain::ports::Store;
use azuma_domain::session::ClientNetwork;
use azuma_domain::user::UserId;

/// How many networks a user has at the most here.
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

/// Tests of each behaviour of the port; part of [`store_contract!`](store_contract).
macro_rules! store_contract_of_known_clients {
    ($fresh:ident) => {
        store_contract_tests! {
            $fresh; known_clients
            note {
                a_network_is_known_to_the_user_it_was_noted_for
                noted_again_it_was_seen_then
                ipv6_networks_are_told_apart
                of_too_many_those_seen_last_stay
                deleted_with_its_user
            }
            delete_unseen_since {
                what_was_seen_since_stays
                no_more_than_the_limit_and_the_oldest_first
            }
        }
    };
}

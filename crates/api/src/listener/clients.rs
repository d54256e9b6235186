//! Limits the open connections of each client.

use std::collections::HashMap;
use std::mem::take;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// The least time between two log lines about refused connections.
const LOG_EVERY: Duration = Duration::from_mins(1);

/// Counts connections by client and enforces the limit of each. An IPv6 client is its /64, because the holder of one
/// address usually holds the whole network.
pub struct Clients {
    most: usize,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    open: HashMap<IpAddr, usize>,
    refused: u64,
    logged_at: Option<Instant>,
}

/// One counted connection of a client, or one more open request of its connection over HTTP/2. Dropping it decrements the count.
pub struct ClientPermit {
    clients: Arc<Clients>,
    client: IpAddr,
}

impl Clients {
    /// Allows each client this many connections.
    pub fn new(most: usize) -> Self {
        Self {
            most,
            state: Mutex::default(),
        }
    }

    /// Counts one more connection from this address; `None` if its client is at the limit.
    pub fn enter(self: &Arc<Self>, address: IpAddr) -> Option<ClientPermit> {
        let client = client_of(address);
        let mut state = self.lock();
        let open = state.open.entry(client).or_default();
        if *open >= self.most {
            self.refuse(state, client);
            return None;
        }
        *open += 1;
        drop(state);
        Some(ClientPermit {
            clients: Arc::clone(self),
            client,
        })
    }

    fn refuse(&self, mut state: MutexGuard<'_, State>, client: IpAddr) {
        state.refused += 1;
        let now = Instant::now();
        let is_recent = |at: Instant| now.duration_since(at) < LOG_EVERY;
        if state.logged_at.is_some_and(is_recent) {
            return;
        }
        state.logged_at = Some(now);
        let refused = take(&mut state.refused);
        drop(state);
        tracing::warn!(
            %client,
            most = self.most,
            refused,
            "a client has reached `http.connections_per_client`, and its further connections were closed; if the \
             client is a proxy, add it to `http.trusted_proxies`"
        );
    }

    fn leave(&self, client: IpAddr) {
        let mut state = self.lock();
        if let Some(open) = state.open.get_mut(&client) {
            *open = open.saturating_sub(1);
            if *open == 0 {
                state.open.remove(&client);
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // No code panics while it holds this lock, so the map is consistent.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for ClientPermit {
    fn drop(&mut self) {
        self.clients.leave(self.client);
    }
}

fn client_of(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => {
            let network = address.to_bits() >> 64 << 64;
            IpAddr::V6(Ipv6Addr::from_bits(network))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn enter(clients: &Arc<Clients>, address: &str) -> Option<ClientPermit> {
        clients.enter(address.parse().unwrap())
    }

    #[test]
    fn a_client_has_its_share_and_no_more_and_gets_back_what_it_leaves() {
        let clients = Arc::new(Clients::new(2));
        let first = enter(&clients, "203.0.113.7");
        let second = enter(&clients, "::ffff:203.0.113.7");
        assert!(first.is_some() && second.is_some());
        assert!(enter(&clients, "203.0.113.7").is_none());
        assert!(enter(&clients, "203.0.113.8").is_some());
        drop(first);
        assert!(enter(&clients, "203.0.113.7").is_some());
    }

    #[test]
    fn addresses_of_one_ipv6_network_are_one_client() {
        let clients = Arc::new(Clients::new(1));
        let place = enter(&clients, "2001:db8::1");
        assert!(place.is_some());
        assert!(enter(&clients, "2001:db8::ffff:ffff:ffff:ffff").is_none());
        assert!(enter(&clients, "2001:db8:0:1::1").is_some());
    }

    #[test]
    fn nothing_is_kept_of_clients_that_have_left() {
        let clients = Arc::new(Clients::new(1));
        drop(enter(&clients, "203.0.113.7"));
        assert!(clients.lock().open.is_empty());
    }
}

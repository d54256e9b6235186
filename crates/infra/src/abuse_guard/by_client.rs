//! Limits for each client and for the networks around it.

use std::net::IpAddr;

use azuma_domain::ports::RateLimited;
use governor::clock::Clock;

use super::Limit;
use super::limiter::{Key, Limiter};

/// The limit of a /56, as a multiple of the limit of a /64.
const FACTOR_WIDE: u32 = 4;
/// The limit of an IPv6 /48 and an IPv4 /24, as a multiple of the limit of a client.
const FACTOR_WIDEST: u32 = 16;
/// How many clients are kept in memory for each network of one size.
const REMEMBERED_NETWORKS: u64 = 4;

/// The client that attempts are counted for.
///
/// An internet provider gives a subscriber an IPv4 address or an IPv6 /64, often a /56. An attacker can get a /48 or
/// a /24 with little effort. Clients without an address share one count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Client {
    narrow: Network,
    wide: Option<Network>,
    widest: Option<Network>,
}

/// The prefix of a network. A limiter holds IPv4 prefixes of one length, and IPv6 prefixes of one length.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Network {
    Unknown,
    V4(u32),
    V6(u64),
}

impl Client {
    pub(super) fn of(ip: Option<IpAddr>) -> Self {
        match ip.map(|ip| ip.to_canonical()) {
            None => Self {
                narrow: Network::Unknown,
                wide: None,
                widest: None,
            },
            Some(IpAddr::V4(ip)) => Self {
                narrow: Network::V4(ip.to_bits()),
                wide: None,
                widest: Some(Network::V4(ip.to_bits() >> 8)),
            },
            Some(IpAddr::V6(ip)) => {
                let upper_half = (ip.to_bits() >> 64) as u64;
                Self {
                    narrow: Network::V6(upper_half),
                    wide: Some(Network::V6(upper_half >> 8)),
                    widest: Some(Network::V6(upper_half >> 16)),
                }
            }
        }
    }
}

/// A limit for each client and each value of `What`, with larger limits for the client's networks.
pub(super) struct ByClient<What: Key, C: Clock> {
    narrow: Limiter<(Network, What), C>,
    wide: Limiter<(Network, What), C>,
    widest: Limiter<(Network, What), C>,
}

/// A limiter and the key of one client in it.
type Count<'a, What, C> = (&'a Limiter<(Network, What), C>, (Network, What));

impl<What: Key + Copy, C: Clock + Clone> ByClient<What, C> {
    pub(super) fn new(limit: Limit, remembered: u64, clock: &C) -> Self {
        let networks = remembered / REMEMBERED_NETWORKS;
        Self {
            narrow: Limiter::new(limit, remembered, clock),
            wide: Limiter::new(limit.times(FACTOR_WIDE), networks, clock),
            widest: Limiter::new(limit.times(FACTOR_WIDEST), networks, clock),
        }
    }

    /// Counts an attempt for the client and for its networks, unless one of them is limited: then the attempt counts
    /// for none.
    pub(super) fn admit(&self, client: &Client, what: What) -> Result<(), RateLimited> {
        self.admit_client(client, what)?;
        self.admit_networks(client, what)
            .inspect_err(|_| self.take_back_client(client, what))
    }

    /// Counts an attempt for the client alone, not for its networks.
    pub(super) fn admit_client(&self, client: &Client, what: What) -> Result<(), RateLimited> {
        self.narrow.admit(&(client.narrow, what))
    }

    /// Counts an attempt for the client's networks.
    pub(super) fn admit_networks(&self, client: &Client, what: What) -> Result<(), RateLimited> {
        for (admitted, (limiter, key)) in self.networks(client, what).enumerate() {
            if let Err(blocked) = limiter.admit(&key) {
                self.networks(client, what)
                    .take(admitted)
                    .for_each(|(limiter, key)| limiter.take_back(&key));
                return Err(blocked);
            }
        }
        Ok(())
    }

    /// Takes back one attempt of the client.
    pub(super) fn take_back_client(&self, client: &Client, what: What) {
        self.narrow.take_back(&(client.narrow, what));
    }

    /// Takes back one attempt of the client's networks.
    pub(super) fn take_back_networks(&self, client: &Client, what: What) {
        self.networks(client, what)
            .for_each(|(limiter, key)| limiter.take_back(&key));
    }

    fn networks(&self, client: &Client, what: What) -> impl Iterator<Item = Count<'_, What, C>> {
        let networks = [(&self.wide, client.wide), (&self.widest, client.widest)];
        networks
            .into_iter()
            .filter_map(move |(limiter, network)| Some((limiter, (network?, what))))
    }

    /// The number of clients and networks in memory.
    #[cfg(test)]
    pub(super) fn remembered(&self) -> u64 {
        [&self.narrow, &self.wide, &self.widest]
            .map(Limiter::remembered)
            .iter()
            .sum()
    }
}

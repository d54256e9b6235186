//! Counting by client, and by the networks that a client may have to itself.

use std::net::IpAddr;

use azuma_domain::ports::RateLimited;
use governor::clock::Clock;

use super::Limit;
use super::limiter::{Key, Limiter};

/// How much more a /56 may do than a /64.
const FACTOR_WIDE: u32 = 4;
/// How much more a /48 may do than a /64, and an IPv4 /24 than an address.
const FACTOR_WIDEST: u32 = 16;
/// What part as many networks are remembered as clients.
const REMEMBERED_NETWORKS: u64 = 4;

/// Whom attempts are counted for.
///
/// One subscriber has an IPv4 address or an IPv6 /64, and often a /56; a /48 and a /24 are what one can have with little
/// effort. Clients without an address share one count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Client {
    narrow: Network,
    wide: Option<Network>,
    widest: Option<Network>,
}

/// The bits that all addresses of a network begin with. Each limiter holds networks of one length, of IPv4 and of IPv6.
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

/// A limit for each client and what it tries, and larger ones for the networks it is in.
pub(super) struct ByClient<What: Key, C: Clock> {
    narrow: Limiter<(Network, What), C>,
    wide: Limiter<(Network, What), C>,
    widest: Limiter<(Network, What), C>,
}

/// One of the limits, and what it counts.
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

    /// Counts an attempt, for the client and for its networks. One that is blocked uses up nothing: neither of the networks of
    /// a client that is, nor of a client whose network is.
    pub(super) fn admit(&self, client: &Client, what: What) -> Result<(), RateLimited> {
        self.admit_client(client, what)?;
        self.admit_networks(client, what)
            .inspect_err(|_| self.take_back_client(client, what))
    }

    /// Counts an attempt for the client alone, whatever its neighbours do.
    pub(super) fn admit_client(&self, client: &Client, what: What) -> Result<(), RateLimited> {
        self.narrow.admit(&(client.narrow, what))
    }

    /// Counts an attempt for the networks of a client.
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

    /// Counts one attempt of the client less.
    pub(super) fn take_back_client(&self, client: &Client, what: What) {
        self.narrow.take_back(&(client.narrow, what));
    }

    /// Counts one attempt of its networks less.
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

    /// How many clients and networks are remembered.
    #[cfg(test)]
    pub(super) fn remembered(&self) -> u64 {
        [&self.narrow, &self.wide, &self.widest]
            .map(Limiter::remembered)
            .iter()
            .sum()
    }
}

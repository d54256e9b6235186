//! A fair queue: no client waits behind all requests of another client.
//!
//! Networks take turns, and so do the addresses of a network, so a client with many requests is served as often as a
//! client with few. A newcomer is a client that had nothing in the queue when its last turn ended; all others are
//! regulars. Newcomers go first, but after three newcomers a regular is served. So an occasional request waits hardly
//! at all, and many newcomers do not keep the regulars waiting for ever.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, VecDeque};
use std::hash::Hash;
use std::net::{IpAddr, Ipv6Addr};

use azuma_domain::session::ClientNetwork;

/// The most newcomers that are served before a regular is.
const MOST_NEWCOMERS: u8 = 3;

/// Items by the network and address of their client. All clients without an address count as one client.
pub(super) struct FairQueue<T> {
    networks: Turns<Option<ClientNetwork>, Addresses<T>>,
    /// How many items were served.
    served: u64,
}

/// The items of one network.
type Addresses<T> = Turns<Option<IpAddr>, VecDeque<Waiting<T>>>;

struct Waiting<T> {
    item: T,
    /// How many items had been served when this one was pushed.
    came_after: u64,
}

impl<T> FairQueue<T> {
    pub(super) fn new() -> Self {
        Self {
            networks: Turns::default(),
            served: 0,
        }
    }

    /// The number of items in the queue.
    pub(super) fn len(&self) -> usize {
        self.networks.len()
    }

    /// Adds an item behind the other items of its client.
    pub(super) fn push(&mut self, client: Option<IpAddr>, item: T) {
        let waiting = Waiting {
            item,
            came_after: self.served,
        };
        self.networks
            .line(client.map(ClientNetwork::of), |addresses| {
                addresses.line(client.map(subscriber), |line| line.push_back(waiting));
            });
    }

    /// Removes and returns the next item in turn. `useful` gets an item and the number of items served since that item
    /// was pushed. If `useful` returns `None`, the item is dropped and the next item of the same client is tried.
    pub(super) fn take_next(&mut self, mut useful: impl FnMut(T, u64) -> Option<T>) -> Option<T> {
        let served = self.served;
        let taken = self
            .networks
            .take_next(&mut |Waiting { item, came_after }| {
                let item = useful(item, served.saturating_sub(came_after))?;
                Some(Waiting { item, came_after })
            })?;
        self.served = self.served.wrapping_add(1);
        Some(taken.item)
    }

    /// Removes and returns the item that would be served last: the newest item of the client that has most items.
    pub(super) fn evict(&mut self) -> Option<T> {
        self.networks.evict().map(|waiting| waiting.item)
    }

    /// Removes the items for which `keep` returns `false`.
    pub(super) fn retain(&mut self, mut keep: impl FnMut(&T) -> bool) {
        self.networks.retain(&mut |waiting| keep(&waiting.item));
    }
}

/// The network of one subscriber: an IPv4 address or an IPv6 /64.
fn subscriber(ip: IpAddr) -> IpAddr {
    match ip.to_canonical() {
        IpAddr::V4(ip) => IpAddr::V4(ip),
        IpAddr::V6(ip) => IpAddr::V6(Ipv6Addr::from_bits(ip.to_bits() & (!0 << 64))),
    }
}

/// The queue of one client or of one network.
trait Line: Default {
    type Item;

    fn len(&self) -> usize;
    fn take_next(
        &mut self,
        useful: &mut dyn FnMut(Self::Item) -> Option<Self::Item>,
    ) -> Option<Self::Item>;
    fn evict(&mut self) -> Option<Self::Item>;
    fn retain(&mut self, keep: &mut dyn FnMut(&Self::Item) -> bool);
}

impl<T> Line for VecDeque<T> {
    type Item = T;

    fn len(&self) -> usize {
        self.len()
    }

    fn take_next(&mut self, useful: &mut dyn FnMut(T) -> Option<T>) -> Option<T> {
        while let Some(item) = self.pop_front() {
            if let Some(item) = useful(item) {
                return Some(item);
            }
        }
        None
    }

    fn evict(&mut self) -> Option<T> {
        self.pop_back()
    }

    fn retain(&mut self, keep: &mut dyn FnMut(&T) -> bool) {
        self.retain(keep);
    }
}

/// Queues that take turns. Each key has one queue.
struct Turns<K, L> {
    /// Each key is also in `newcomers` or in `regulars`. A queue may be empty.
    lines: HashMap<K, L>,
    /// The keys of newcomers, in the order of their arrival.
    newcomers: VecDeque<K>,
    /// The other keys, in the order of their turns. An empty queue stays here until its turn, so its client does not
    /// count as a newcomer until then.
    regulars: VecDeque<K>,
    /// How many newcomers were served since the last regular.
    newcomers_served: u8,
    len: usize,
}

impl<K, L> Default for Turns<K, L> {
    fn default() -> Self {
        Self {
            lines: HashMap::new(),
            newcomers: VecDeque::new(),
            regulars: VecDeque::new(),
            newcomers_served: 0,
            len: 0,
        }
    }
}

impl<K: Copy + Eq + Hash, L: Line> Turns<K, L> {
    /// Changes the queue of a key, and updates `len`. If the key has no queue, an empty one is created.
    fn line<R>(&mut self, key: K, change: impl FnOnce(&mut L) -> R) -> R {
        let line = match self.lines.entry(key) {
            Entry::Occupied(there) => there.into_mut(),
            Entry::Vacant(place) => {
                self.newcomers.push_back(key);
                place.insert(L::default())
            }
        };
        let before = line.len();
        let result = change(line);
        self.len = (self.len + line.len()).saturating_sub(before);
        result
    }

    fn take_newcomer(
        &mut self,
        useful: &mut dyn FnMut(L::Item) -> Option<L::Item>,
    ) -> Option<L::Item> {
        while let Some(key) = self.newcomers.pop_front() {
            self.regulars.push_back(key);
            let taken = self.line(key, |line| line.take_next(useful));
            if taken.is_some() {
                self.newcomers_served = self.newcomers_served.saturating_add(1);
                return taken;
            }
        }
        None
    }

    fn take_regular(
        &mut self,
        useful: &mut dyn FnMut(L::Item) -> Option<L::Item>,
    ) -> Option<L::Item> {
        while let Some(key) = self.regulars.pop_front() {
            let taken = self.line(key, |line| line.take_next(useful));
            if taken.is_some() {
                self.regulars.push_back(key);
                self.newcomers_served = 0;
                return taken;
            }
            self.lines.remove(&key);
        }
        None
    }
}

impl<K: Copy + Eq + Hash, L: Line> Line for Turns<K, L> {
    type Item = L::Item;

    fn len(&self) -> usize {
        self.len
    }

    fn take_next(&mut self, useful: &mut dyn FnMut(L::Item) -> Option<L::Item>) -> Option<L::Item> {
        if self.newcomers_served < MOST_NEWCOMERS {
            let newcomer = self.take_newcomer(useful);
            newcomer.or_else(|| self.take_regular(useful))
        } else {
            let regular = self.take_regular(useful);
            regular.or_else(|| self.take_newcomer(useful))
        }
    }

    fn evict(&mut self) -> Option<L::Item> {
        // `max_by_key` returns the last maximum: of several longest queues, the one whose turn comes last.
        let in_turn = self.newcomers.iter().chain(&self.regulars);
        let longest = *in_turn.max_by_key(|key| self.lines.get(key).map_or(0, L::len))?;
        self.line(longest, L::evict)
    }

    fn retain(&mut self, keep: &mut dyn FnMut(&L::Item) -> bool) {
        for line in self.lines.values_mut() {
            line.retain(keep);
        }
        self.len = self.lines.values().map(L::len).sum();
    }
}

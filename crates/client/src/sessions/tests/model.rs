//! Memory in front of two nodes, in random orders of what can happen, in which requests and answers take any time.

use super::history::{Database, Node};
use super::*;
use crate::sessions::index::History;

const SESSIONS: u32 = 4;
/// Three seconds of the client's memory, and one of the node's poll.
const BOUND: Duration = Duration::from_secs(4);

/// An answer of a node that has not arrived.
enum Underway {
    Poll {
        answer: Changes,
        sent: Duration,
        history: u32,
    },
    Check {
        asked_in: History,
        position: Position,
        session: u32,
        is_live: bool,
    },
}

struct World {
    random: fastrand::Rng,
    now: Duration,
    database: Database,
    nodes: [Node; 2],
    memory: Memory,
    /// The history that the memory follows; what the marks of positions tell.
    followed: Option<u32>,
    underway: Vec<Underway>,
}

impl World {
    fn new(seed: u64) -> Self {
        let now = 1_000 * SECOND;
        let node = Node {
            read: 0,
            history: 0,
            polled: now,
        };
        Self {
            random: fastrand::Rng::with_seed(seed),
            now,
            database: Database::new(SESSIONS),
            nodes: [node; 2],
            memory: Memory::with_room_for(100),
            followed: None,
            underway: Vec::new(),
        }
    }

    fn step(&mut self) {
        let session = self.random.u32(..SESSIONS);
        let node = self.random.usize(..2);
        match self.random.u32(..100) {
            0..2 => self.database.end(session, self.now),
            2..3 if self.database.history < 2 => self.database.restore(),
            3..25 => self.nodes[node].poll(&self.database, self.now),
            25..45 => self.send_poll(node),
            45..65 => self.send_check(node, session),
            65..90 => self.arrive(),
            _ => self.now += Duration::from_millis(self.random.u64(..500)),
        }
    }

    fn send_poll(&mut self, node: usize) {
        let is_under_way = |underway: &Underway| matches!(underway, Underway::Poll { .. });
        let node = self.nodes[node];
        // A node that has not polled within a second says so; there is one poll at a time.
        if self.now.saturating_sub(node.polled) >= SECOND || self.underway.iter().any(is_under_way)
        {
            return;
        }
        let followed = self.memory.followed();
        let after = followed.zip(self.followed);
        let after =
            after.map(|(position, known)| (usize::try_from(position.number()).unwrap(), known));
        // One that is behind waits until it is not, in one history.
        if after.is_some_and(|(after, known)| known == node.history && after > node.read) {
            return;
        }
        self.underway.push(Underway::Poll {
            answer: node.changes(&self.database, after),
            sent: self.now,
            history: node.history,
        });
    }

    fn send_check(&mut self, node: usize, session: u32) {
        let node = self.nodes[node];
        let is_live = node.says_live(&self.database, session, self.random.bool());
        self.underway.push(Underway::Check {
            asked_in: self.memory.history(),
            position: at(u64::try_from(node.read).unwrap()),
            session,
            is_live,
        });
    }

    fn arrive(&mut self) {
        if self.underway.is_empty() {
            return;
        }
        let which = self.random.usize(..self.underway.len());
        match self.underway.swap_remove(which) {
            Underway::Poll {
                answer,
                sent,
                history,
            } => {
                follow(&self.memory, &answer, sent);
                self.followed = Some(history);
            }
            Underway::Check {
                asked_in,
                position,
                session: number,
                is_live,
            } => {
                let (token, expires) = (token(number), self.now + DAY);
                match is_live {
                    true => {
                        let session = session(number, number);
                        self.memory
                            .remember(asked_in, &position, &token, &session, expires, self.now);
                    }
                    false => {
                        self.memory.forget(asked_in, &position, &token);
                    }
                }
            }
        }
    }

    /// No session that ended longer ago than the bound is answered yes. Answers how many are.
    fn check(&self, seed: u64) -> usize {
        let yes = (0..SESSIONS).filter(|session| says_yes(&self.memory, *session, self.now));
        yes.inspect(|session| {
            let ended = self
                .database
                .ended
                .iter()
                .find(|(ended, _)| ended == session);
            if let Some((_, ended)) = ended {
                let since = self.now - *ended;
                assert!(
                    since < BOUND,
                    "seed {seed}: yes to a session {since:?} after its end"
                );
            }
        })
        .count()
    }
}

#[test]
fn in_no_order_is_a_session_answered_yes_beyond_the_bound() {
    let mut yes = 0;
    for seed in 0..500 {
        let mut world = World::new(seed);
        for _ in 0..200 {
            world.step();
            yes += world.check(seed);
        }
    }
    assert!(yes > 10_000, "memory answers: {yes}");
}

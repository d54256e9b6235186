//! A database with its history, and nodes that have read parts of it.

use std::collections::BTreeSet;

use super::*;

/// What is true.
pub(super) struct Database {
    pub(super) live: BTreeSet<u32>,
    /// Which sessions ended, in order, and when.
    pub(super) ended: Vec<(u32, Duration)>,
    /// Which time everything began anew.
    pub(super) history: u32,
}

/// A node: how far it has read, of which history.
#[derive(Clone, Copy)]
pub(super) struct Node {
    pub(super) read: usize,
    pub(super) history: u32,
    /// When it sent the last poll of the database that was answered.
    pub(super) polled: Duration,
}

impl Database {
    pub(super) fn new(sessions: u32) -> Self {
        Self {
            live: (0..sessions).collect(),
            ended: Vec::new(),
            history: 0,
        }
    }

    pub(super) fn end(&mut self, session: u32, now: Duration) {
        if self.live.remove(&session) {
            self.ended.push((session, now));
        }
    }

    /// Loses the last change, and goes on from there.
    pub(super) fn restore(&mut self) {
        if let Some((session, _)) = self.ended.pop() {
            self.live.insert(session);
            self.history += 1;
        }
    }
}

impl Node {
    pub(super) fn poll(&mut self, database: &Database, now: Duration) {
        *self = Self {
            read: database.ended.len(),
            history: database.history,
            polled: now,
        };
    }

    /// What it answers to a poll after number `after` of history `known`, up to `most` changes.
    pub(super) fn changes(&self, database: &Database, after: Option<(usize, u32)>) -> Changes {
        let read = self.read.min(database.ended.len());
        match after {
            Some((after, known)) if known == self.history && after <= read => {
                let ended = database.ended.iter().take(read).skip(after);
                let told =
                    ended.map(|(session, _)| change(Kind::SessionEnded, *session, Some(*session)));
                changes(u64::try_from(read).unwrap(), told.collect())
            }
            _ => Changes {
                start_over: true,
                ..changes(u64::try_from(read).unwrap(), Vec::new())
            },
        }
    }

    /// Whether it says that a session is live: by the database, or by its own memory, which is as old as its last poll.
    pub(super) fn says_live(&self, database: &Database, session: u32, from_memory: bool) -> bool {
        let knows_the_end = database
            .ended
            .iter()
            .take(self.read)
            .any(|(ended, _)| *ended == session);
        match from_memory {
            true => !knows_the_end,
            false => database.live.contains(&session),
        }
    }
}

//! What can be wrong between a node and its database.

use std::collections::BTreeSet;
use std::thread;
use std::time::{Duration, Instant};

use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::{Integer, Text};
use rustix::process::{Pid, Signal, kill_process};

use super::link::Link;
use crate::Outcome;
use crate::bench::Bench;
use crate::database::cluster_connection;
use crate::report::Reach;

/// How often connections are looked for that were made since.
const STEP: Duration = Duration::from_millis(20);

/// A fault; it hits one node's connections and leaves the database to the other.
#[derive(Clone, Copy, Debug)]
pub enum Fault {
    /// None.
    Nothing,
    /// The connections are killed, new ones too.
    Killed,
    /// The database's processes that serve them stand still, those of new ones too.
    Frozen,
    /// Nothing comes through in either direction, and nobody is told.
    Cut,
}

impl Fault {
    /// What the table calls it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Nothing => "nothing wrong",
            Self::Killed => "its connections killed",
            Self::Frozen => "its database backend frozen",
            Self::Cut => "the network cut",
        }
    }

    /// What the connections of its node are called.
    pub fn node(self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::Killed => "killed",
            Self::Frozen => "frozen",
            Self::Cut => "cut",
        }
    }

    /// Its place among them.
    pub fn number(self) -> u32 {
        self as u32
    }

    /// What the median is to be. A node that cannot know says no when its last poll is two seconds old.
    pub fn reach(self) -> Reach {
        match self {
            Self::Nothing | Self::Killed => Reach::AtMost(300.0),
            Self::Frozen | Self::Cut => Reach::Nowhere,
        }
    }

    /// How long it lasts: longer than a node may be mistaken.
    pub fn lasts(self, bench: &Bench) -> Duration {
        match self {
            Self::Nothing => bench.seconds(1.0, 0.5),
            Self::Killed | Self::Frozen | Self::Cut => bench.seconds(4.2, 1.0),
        }
    }

    /// Keeps it up for so long.
    pub fn strike(self, link: &Link, lasts: Duration) -> Outcome<()> {
        match self {
            Self::Nothing => thread::sleep(lasts),
            Self::Killed => kill(self.node(), lasts)?,
            Self::Frozen => freeze(self.node(), lasts)?,
            Self::Cut => {
                link.cut();
                thread::sleep(lasts);
                link.mend();
            }
        }
        Ok(())
    }
}

fn kill(node: &str, lasts: Duration) -> Outcome<()> {
    let mut connection = cluster_connection()?;
    let end = Instant::now() + lasts;
    while Instant::now() < end {
        sql_query(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = $1",
        )
        .bind::<Text, _>(node)
        .execute(&mut connection)?;
        thread::sleep(STEP);
    }
    Ok(())
}

fn freeze(node: &str, lasts: Duration) -> Outcome<()> {
    let mut connection = cluster_connection()?;
    let mut frozen = Frozen::default();
    let end = Instant::now() + lasts;
    while Instant::now() < end {
        let backends: Vec<Backend> =
            sql_query("SELECT pid FROM pg_stat_activity WHERE application_name = $1")
                .bind::<Text, _>(node)
                .load(&mut connection)?;
        for Backend { pid } in backends {
            frozen.freeze(pid);
        }
        thread::sleep(STEP);
    }
    Ok(())
}

#[derive(QueryableByName)]
struct Backend {
    #[diesel(sql_type = Integer)]
    pid: i32,
}

/// Processes that stand still until this is dropped.
#[derive(Default)]
struct Frozen(BTreeSet<i32>);

impl Frozen {
    fn freeze(&mut self, pid: i32) {
        if self.0.insert(pid) {
            signal(pid, Signal::STOP);
        }
    }
}

impl Drop for Frozen {
    fn drop(&mut self) {
        self.0.iter().for_each(|pid| signal(*pid, Signal::CONT));
    }
}

/// A process that has ended meanwhile needs no signal.
fn signal(pid: i32, signal: Signal) {
    if let Some(pid) = Pid::from_raw(pid) {
        let _ = kill_process(pid, signal);
    }
}

//! How a cluster ends.

use super::{Cluster, lock, processes};
use crate::deadline::Deadline;
use crate::process::{self, Signal};

/// How the server is stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// It ends its clients' transactions and writes everything out.
    Fast,
    /// Its processes end at once; the next start recovers from the log.
    Immediate,
    /// Its first process is killed. The others notice and end.
    Kill,
}

impl Cluster {
    /// Shuts the server down, its clients' connections included; the data stays.
    pub fn stop(&self) {
        self.stop_by(Stop::Fast);
    }

    /// Ends the server in one of the ways, and waits until none of its processes is left.
    pub fn stop_by(&self, stop: Stop) {
        let Some(mut child) = lock(&self.process).take() else {
            return;
        };
        process::send(
            &child,
            match stop {
                Stop::Fast => Signal::Interrupt,
                Stop::Immediate => Signal::Quit,
                Stop::Kill => Signal::Kill,
            },
        );
        let _ = child.wait();
        // Those that outlive the first process hold its shared memory, and a new server does not start.
        let deadline = Deadline::in_seconds(60);
        while !processes::working_in(self.data()).is_empty() {
            assert!(!deadline.is_over(), "processes of Postgres do not end");
            deadline.step_blocking();
        }
    }

    /// Starts it again if it has ended by itself, as a supervisor does, until it answers.
    pub fn supervise(&self) {
        let deadline = Deadline::in_seconds(60);
        while let Err(reason) = self.try_sql("postgres", "SELECT 1;") {
            assert!(
                !deadline.is_over(),
                "Postgres does not answer: {reason}\n{}",
                self.log()
            );
            let mut running = lock(&self.process);
            if running
                .as_mut()
                .is_none_or(|child| child.try_wait().is_ok_and(|status| status.is_some()))
            {
                *running = None;
                drop(running);
                self.try_start();
            }
            deadline.step_blocking();
        }
    }

    /// Kills one of the processes that serve clients, if there is one. The server then ends all others and recovers.
    pub fn kill_a_backend(&self) {
        let query = "SELECT pid FROM pg_stat_activity \
                     WHERE backend_type = 'client backend' AND pid <> pg_backend_pid() ORDER BY random() LIMIT 1;";
        let id = self.try_sql("postgres", query).unwrap_or_default();
        if let Ok(id) = id.trim().parse() {
            process::send_to(id, Signal::Kill);
        }
    }

    /// Waits until the server, which runs, answers.
    pub fn wait_until_it_answers(&self) {
        let deadline = Deadline::in_seconds(60);
        while let Err(reason) = self.try_sql("postgres", "SELECT 1;") {
            assert!(!deadline.is_over(), "Postgres does not answer: {reason}");
            deadline.step_blocking();
        }
    }
}

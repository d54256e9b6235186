//! The tasks that follow the server's history, keep the watches up to date, and report uses.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Interval, MissedTickBehavior, interval, sleep};

use super::memory::Memory;
use super::watches::Following;
use super::{Shared, Unavailable};
use crate::error::Error;
use crate::secret::Token;
use crate::service::{Changes, MOST_TOKENS, Use};

/// How long the server waits for a change before it answers a poll.
const WAIT: Duration = Duration::from_secs(1);
/// How long a poll may take. The next one is then sent on another connection, and answered at once, before memory stops
/// to answer.
const ANSWER_WITHIN: Duration = Duration::from_millis(1_800);
/// The pause after a poll that was answered, so that a server which answers at once is not polled in a loop.
const PACE: Duration = Duration::from_millis(50);
/// The pause after a poll that failed.
const PAUSE: Duration = Duration::from_millis(250);
/// The pause after a poll that was refused, as with a token that was revoked.
const PAUSE_OF_REFUSED: Duration = Duration::from_secs(1);
/// How often watches are brought up to date, and asked for where they are in doubt.
pub(super) const TICK: Duration = Duration::from_millis(250);
/// How often uses are reported.
const REPORT_EVERY: Duration = Duration::from_mins(1);

/// Follows the history.
pub(super) struct Follower {
    shared: Arc<Shared>,
}

impl Follower {
    pub(super) fn new(shared: Arc<Shared>) -> Self {
        Self { shared }
    }

    /// Polls again and again. Never returns.
    pub(super) async fn run(self) {
        let mut wait = WAIT;
        loop {
            let polled = self.poll(wait).await;
            bring_up_to_date(&self.shared);
            wait = match polled {
                Ok(()) => WAIT,
                Err(_) => Duration::ZERO,
            };
            sleep(match polled {
                Ok(()) => PACE,
                Err(Error::Timeout) => Duration::ZERO,
                Err(Error::Refused(refusal)) if refusal.status < 500 => PAUSE_OF_REFUSED,
                Err(_) => PAUSE,
            })
            .await;
        }
    }

    /// Asks once for the changes after those that were followed.
    async fn poll(&self, wait: Duration) -> Result<(), Error> {
        let shared = &self.shared;
        let call = match shared.memory.followed() {
            Some(position) => shared.service.changes(&position, wait),
            None => shared.service.position(),
        };
        let sent = shared.clock.running();
        let answer = call.within(ANSWER_WITHIN).once().await?;
        let changes: Changes = answer.value()?;
        let told = shared.memory.apply(&changes);
        shared.watches.apply(told, &changes.changes);
        // Before that a watch may have been told less than is followed.
        shared.memory.extend(&changes, sent);
        Ok(())
    }
}

/// Keeps the watches up to date, however long the server takes to answer what it is asked. Never returns.
pub(super) async fn keep_watches(shared: Arc<Shared>) {
    let mut ticks = ticks();
    loop {
        ticks.tick().await;
        bring_up_to_date(&shared);
    }
}

/// Asks for the watched sessions that may have ended, again and again. Never returns.
pub(super) async fn ask_for_watches(shared: Arc<Shared>) {
    let mut ticks = ticks();
    loop {
        ticks.tick().await;
        // What cannot be asked now is asked at the next tick.
        let _ = ask_for_watched(&shared).await;
    }
}

fn ticks() -> Interval {
    let mut ticks = interval(TICK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    ticks
}

fn bring_up_to_date(shared: &Shared) {
    shared
        .watches
        .tick(shared.following(), shared.clock.running());
}

/// Asks for the watched sessions that may have ended.
async fn ask_for_watched(shared: &Shared) -> Result<(), Unavailable> {
    if shared.following() == Following::Lapsed {
        return Ok(());
    }
    let to_ask = shared.watches.to_ask(shared.clock.running());
    for batch in to_ask.chunks(MOST_TOKENS) {
        let tokens: Vec<_> = batch.iter().map(|asked| asked.token.clone()).collect();
        let asked_at = shared.clock.running();
        let found = shared.asker.ask(&tokens, Use::Peek).await?;
        for (asked, found) in batch.iter().zip(&found) {
            shared
                .watches
                .answered(asked, found, shared.following(), asked_at);
        }
    }
    Ok(())
}

/// Reports uses once a minute. Never returns.
pub(super) async fn report_each_minute(shared: Arc<Shared>) {
    loop {
        sleep(REPORT_EVERY).await;
        // What could not be reported is reported a minute later.
        let _ = report_uses(&shared).await;
    }
}

/// Reports the uses that were not reported.
pub(super) async fn report_uses(shared: &Shared) -> Result<(), Unavailable> {
    // Whoever comes second waits until the uses that the first has taken are reported, or takes them itself.
    let _turn = shared.reporting.lock().await;
    let mut unreported = Unreported {
        memory: &shared.memory,
        tokens: shared.memory.take_uses(),
    };
    while !unreported.tokens.is_empty() {
        let rest = unreported.tokens.len().saturating_sub(MOST_TOKENS);
        let (_, batch) = unreported.tokens.split_at(rest);
        shared.asker.ask(batch, Use::Counts).await?;
        unreported.tokens.truncate(rest);
    }
    Ok(())
}

/// Uses that were taken. Those that are left when this is dropped, as when nobody waits for the report any more, are
/// returned.
struct Unreported<'a> {
    memory: &'a Memory,
    tokens: Vec<Token>,
}

impl Drop for Unreported<'_> {
    fn drop(&mut self) {
        self.memory.return_uses(&self.tokens);
    }
}

//! The tasks, with a server that does not answer.

use std::pin::pin;
use std::sync::atomic::{AtomicU64, Ordering};

use futures_util::FutureExt;

use super::*;
use crate::scripted::{Reply, Scripted};
use crate::sessions::asker::Live;
use crate::sessions::clock::Clock;
use crate::sessions::{CachedSessions, State, Watch};

/// It stands still unless it is set.
struct SetClock(AtomicU64);

impl SetClock {
    fn set(&self, now: Duration) {
        self.0.store(now.as_secs(), Ordering::Relaxed);
    }
}

impl Clock for SetClock {
    fn running(&self) -> Duration {
        Duration::from_secs(self.0.load(Ordering::Relaxed))
    }
}

/// Sessions that have followed the history to number 1 by a poll that was sent at 100 s, which it is now.
fn following(server: &Scripted) -> (CachedSessions, Arc<SetClock>) {
    let clock = Arc::new(SetClock(AtomicU64::new(100)));
    let sessions = CachedSessions::by(server.service(), 100, Arc::<SetClock>::clone(&clock));
    let memory = &sessions.shared.memory;
    follow(memory, &changes(1, Vec::new()), 100 * SECOND);
    (sessions, clock)
}

/// Watches the only session of a user, which has the user's number.
fn watch(sessions: &CachedSessions, number: u32) -> Watch {
    let CachedSessions { shared, tasks } = sessions;
    let live = Live {
        session: session(number, number),
        expires: 100 * SECOND + DAY,
    };
    let (key, state) = shared.watches.begin(&token(number), &live, 100 * SECOND);
    Watch {
        shared: Arc::clone(shared),
        session: live.session,
        token: token(number),
        key,
        state,
        told: State::Live,
        _tasks: Arc::clone(tasks),
    }
}

#[tokio::test]
async fn a_question_without_an_answer_does_not_delay_what_is_told() {
    let server = Scripted::start(|_| Reply::Nothing).await;
    let (sessions, clock) = following(&server);
    let doubtful = watch(&sessions, 1);
    let mut other = watch(&sessions, 2);
    sessions.shared.watches.put_in_doubt(doubtful.key);
    server.expect("/service/check").await;
    let mut changed = pin!(other.changed());
    assert_eq!(changed.as_mut().now_or_never(), None, "it is live");
    clock.set(103 * SECOND);
    assert_eq!(changed.await, State::Unknown);
    assert_eq!(server.count("/service/check"), 1, "it is still under way");
}

/// Sessions with an unreported use of token 1.
fn used(server: &Scripted) -> CachedSessions {
    let (sessions, _) = following(server);
    remember(&sessions.shared.memory, 1, 1, 1);
    assert!(sessions.remembered(&token(1)).is_some());
    sessions
}

#[tokio::test]
async fn uses_whose_report_is_given_up_or_fails_are_reported_the_next_time() {
    let server = Scripted::start(|_| Reply::Answer(401, "", "{}")).await;
    let sessions = used(&server);
    assert!(sessions.report_uses().now_or_never().is_none(), "dropped");
    assert_eq!(sessions.shared.memory.take_uses(), [token(1)]);
    sessions.shared.memory.return_uses(&[token(1)]);
    sessions.report_uses().await.unwrap_err();
    assert_eq!(sessions.shared.memory.take_uses(), [token(1)]);
}

#[tokio::test]
async fn a_second_report_waits_for_the_uses_that_the_first_has_taken() {
    let server = Scripted::start(|_| Reply::Answer(401, "", "{}")).await;
    let sessions = used(&server);
    let (first, second) = tokio::join!(sessions.report_uses(), sessions.report_uses());
    first.unwrap_err();
    second.unwrap_err();
    assert_eq!(server.count("/service/check"), 2);
}

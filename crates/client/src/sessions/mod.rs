//! Session checks from memory, and the end of sessions.

mod asker;
mod clock;
mod follower;
mod index;
mod memory;
#[cfg(test)]
mod tests;
mod watches;

use std::sync::Arc;
use std::{fmt, slice};

use tokio::sync::{Mutex, watch};
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::secret::Token;
use crate::service::{LiveSession, Service, Use};
use asker::Asker;
use clock::{Clock, SystemClock};
use follower::{Follower, TICK, report_uses};
use index::Newness;
use memory::Memory;
pub use watches::State;
use watches::{Following, Key, Watches};

/// How many tokens are remembered, where nothing else is said. Each takes about 500 bytes.
const MOST: usize = 100_000;

/// It cannot be known whether a token is live: the server does not answer, and memory is too old to. This is no yes.
#[derive(Clone, Debug, thiserror::Error)]
#[error("it cannot be known whether the token is live")]
pub struct Unavailable(#[source] Arc<crate::Error>);

impl Unavailable {
    fn busy() -> Self {
        crate::Error::Timeout.into()
    }

    /// Why the server did not answer.
    #[must_use]
    pub fn reason(&self) -> &crate::Error {
        &self.0
    }
}

impl From<crate::Error> for Unavailable {
    fn from(error: crate::Error) -> Self {
        Self(Arc::new(error))
    }
}

/// Answers who a token is: from memory where that may, else by asking the server, for many tokens at once.
///
/// A session that ends is refused within 5 s, whatever breaks. On Linux the time while the machine sleeps counts; elsewhere
/// it may not, and then what is counted are the seconds that the machine is awake. Copies share one memory. The tasks that
/// follow the server end with the last copy and the last watch.
#[derive(Clone)]
pub struct CachedSessions {
    shared: Arc<Shared>,
    tasks: Arc<JoinSet<()>>,
}

struct Shared {
    memory: Arc<Memory>,
    asker: Arc<Asker>,
    watches: Watches,
    /// Held by who reports uses.
    reporting: Mutex<()>,
    service: Service,
    clock: Arc<dyn Clock>,
}

/// Watches a session until it ends or this is dropped.
pub struct Watch {
    shared: Arc<Shared>,
    session: Arc<LiveSession>,
    token: Token,
    key: Key,
    state: watch::Receiver<State>,
    told: State,
    _tasks: Arc<JoinSet<()>>,
}

impl CachedSessions {
    /// Begins to follow the server, on the current tokio runtime. About 100,000 tokens are remembered.
    ///
    /// # Panics
    /// Outside a tokio runtime.
    pub fn start(service: Service) -> Self {
        Self::with_room_for(service, MOST)
    }

    /// The same; about `most` tokens are remembered, those that are used least recently are forgotten first.
    ///
    /// # Panics
    /// Outside a tokio runtime.
    pub fn with_room_for(service: Service, most: usize) -> Self {
        Self::by(service, most, Arc::new(SystemClock))
    }

    fn by(service: Service, most: usize, clock: Arc<dyn Clock>) -> Self {
        let memory = Arc::new(Memory::with_room_for(most));
        let asker = Asker::new(service.clone(), Arc::clone(&memory), Arc::clone(&clock));
        let shared = Arc::new(Shared {
            memory,
            asker: Arc::new(asker),
            watches: Watches::default(),
            reporting: Mutex::default(),
            service,
            clock,
        });
        let mut tasks = JoinSet::new();
        tasks.spawn(Arc::clone(&shared.asker).run());
        let follower = Follower::new(Arc::clone(&shared));
        tasks.spawn(follower.run());
        tasks.spawn(follower::keep_watches(Arc::clone(&shared)));
        tasks.spawn(follower::ask_for_watches(Arc::clone(&shared)));
        tasks.spawn(follower::report_each_minute(Arc::clone(&shared)));
        Self {
            shared,
            tasks: Arc::new(tasks),
        }
    }

    /// The session of a live token; `None` for what is none, unknown, expired or ended. This is a use of the session.
    ///
    /// # Errors
    /// [`Unavailable`] if that cannot be known, after 8 s at the latest.
    pub async fn check(&self, token: &Token) -> Result<Option<Arc<LiveSession>>, Unavailable> {
        if let Some(session) = self.remembered(token) {
            return Ok(Some(session));
        }
        let found = self.shared.asker.look_up(token).await?;
        Ok(found.live.map(|live| live.session))
    }

    /// The session of a token that memory says is live, which is a use of it. `None` says nothing: ask
    /// [`check`](Self::check).
    #[must_use]
    pub fn remembered(&self, token: &Token) -> Option<Arc<LiveSession>> {
        let memory = &self.shared.memory;
        let remembered = memory.get(token, self.shared.clock.running())?;
        memory.record_use(&remembered);
        Some(Arc::clone(&remembered.session))
    }

    /// Watches the session of a live token, so that its end is told; `None` as [`check`](Self::check). This is a use of
    /// the session.
    ///
    /// A session that gets another token after this is watched on. Where it had another one before, and this is the former
    /// token in its grace, `Ended` is told once the grace is over, although the session lives.
    ///
    /// # Errors
    /// [`Unavailable`] if it cannot be known whether the token is live.
    pub async fn watch(&self, token: &Token) -> Result<Option<Watch>, Unavailable> {
        let Self { shared, tasks } = self;
        let Some(live) = shared.asker.look_up(token).await?.live else {
            return Ok(None);
        };
        let now = shared.clock.running();
        let (key, state) = shared.watches.begin(token, &live, now);
        let watch = Watch {
            shared: Arc::clone(shared),
            session: Arc::clone(&live.session),
            token: token.clone(),
            key,
            state,
            told: State::Live,
            _tasks: Arc::clone(tasks),
        };
        // What changed the session before it was watched has removed it from memory; else an answer must be new enough, and no
        // older than the watch, as one that is shared with another caller may be.
        if shared.memory.get(token, now).is_none() {
            let found = shared.asker.ask(slice::from_ref(token), Use::Peek).await?;
            match found.first().map(|found| (&found.live, found.newness)) {
                Some((None, _)) => return Ok(None),
                Some((Some(_), Newness::Enough)) => {}
                Some((Some(_), Newness::Unknown)) | None => shared.watches.put_in_doubt(key),
            }
        }
        Ok(Some(watch))
    }

    /// Reports the uses of the last minute at once, as a service does before it ends. A report that is under way is waited for.
    /// Uses that are not reported, because this fails or is dropped, are reported the next time.
    ///
    /// # Errors
    /// [`Unavailable`] if the server does not take them.
    pub async fn report_uses(&self) -> Result<(), Unavailable> {
        report_uses(&self.shared).await
    }
}

impl Shared {
    fn following(&self) -> Following {
        match self.memory.is_valid(self.clock.running()) {
            true => Following::UpToDate,
            false => Following::Lapsed,
        }
    }
}

impl Watch {
    /// The session, as it was when the watch began.
    #[must_use]
    pub fn session(&self) -> &Arc<LiveSession> {
        &self.session
    }

    /// What is known of the session now. Ask this before each thing that only a live session may have.
    pub fn state(&mut self) -> State {
        // In this order: what was followed until then has been told to the watch.
        let following = self.shared.following();
        self.told = match (*self.state.borrow_and_update(), following) {
            (State::Ended, _) => State::Ended,
            (_, Following::Lapsed) => State::Unknown,
            (state, Following::UpToDate) => state,
        };
        self.told
    }

    /// Waits until the state is another than was last told, and answers it.
    pub async fn changed(&mut self) -> State {
        loop {
            let told = self.told;
            let state = self.state();
            if state != told {
                return state;
            }
            match state {
                // The sender is kept as long as this watch.
                State::Live | State::Ended => {
                    let _ = self.state.changed().await;
                }
                // What was told may be over before the watches are brought up to date.
                State::Unknown => {
                    let _ = timeout(TICK, self.state.changed()).await;
                }
            }
        }
    }

    /// Waits until the session has ended. While that is [`State::Unknown`], it goes on waiting.
    pub async fn ended(&mut self) {
        let _ = self.state.wait_for(|state| *state == State::Ended).await;
    }

    /// Records a use of the session by the token that the watch began with. It is reported within a minute, if memory still
    /// has the token.
    pub fn record_use(&self) {
        let memory = &self.shared.memory;
        if let Some(remembered) = memory.get(&self.token, self.shared.clock.running()) {
            memory.record_use(&remembered);
        }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.shared.watches.end(self.key);
    }
}

impl fmt::Debug for CachedSessions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CachedSessions").finish_non_exhaustive()
    }
}

impl fmt::Debug for Watch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Watch")
            .field("session", &self.session.id)
            .finish_non_exhaustive()
    }
}

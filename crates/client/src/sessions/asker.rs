//! Asks the server about tokens: those of many callers at once.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, SystemTime};

use tokio::sync::{Notify, Semaphore, watch};
use tokio::task::{JoinSet, yield_now};
use tokio::time::{sleep, timeout};

use super::Unavailable;
use super::clock::Clock;
use super::index::Newness;
use super::memory::Memory;
use crate::answer::Answer;
use crate::error::Error;
use crate::secret::Token;
use crate::service::{Checked, CheckedToken, LiveSession, MOST_TOKENS, Service, Use};

/// How long the server may take to answer. A later answer would tell of what was so long ago.
const ANSWER_WITHIN: Duration = Duration::from_secs(2);
/// The longest pause before the second and last attempt.
const LONGEST_PAUSE: Duration = Duration::from_secs(1);
/// The pause before it where the server names none.
const PAUSE: Duration = Duration::from_millis(100);
/// How long a caller waits: both attempts, the pause between them, and a turn before.
const GIVE_UP_AFTER: Duration = Duration::from_secs(8);
/// How long after a question was sent a caller may still share its answer.
const SHARED_FOR: Duration = Duration::from_secs(1);
/// The most questions that are under way. Tokens that are asked for meanwhile share the next one.
const MOST_QUESTIONS: usize = 8;
/// The most tokens that wait for a question.
const MOST_WAITING: usize = 20 * MOST_TOKENS;
/// The longest text that may be a token, in bytes.
const LONGEST_TOKEN: usize = 128;

/// What is known of a token once the server has answered.
pub(super) type Outcome = Result<Found, Unavailable>;

/// What the server said.
#[derive(Clone, Debug)]
pub(super) struct Found {
    /// The session, if the token is live.
    pub(super) live: Option<Live>,
    /// Whether whatever changes it is still to be followed.
    pub(super) newness: Newness,
}

/// A session that the server said is live.
#[derive(Clone, Debug)]
pub(super) struct Live {
    pub(super) session: Arc<LiveSession>,
    /// When the token expires, by [`Clock::running`].
    pub(super) expires: Duration,
}

/// Asks the server, and tells memory what it says.
pub(super) struct Asker {
    service: Service,
    memory: Arc<Memory>,
    clock: Arc<dyn Clock>,
    waiting: Mutex<Waiting>,
    wake: Notify,
}

/// The lookups that were not answered, by token, and the tokens that no question has taken.
#[derive(Default)]
struct Waiting {
    lookups: HashMap<Token, Arc<Lookup>>,
    queue: Vec<Arc<Lookup>>,
}

/// A token that somebody waits for.
struct Lookup {
    token: Token,
    /// When the question was sent.
    sent: OnceLock<Duration>,
    outcome: watch::Sender<Option<Outcome>>,
}

impl Asker {
    pub(super) fn new(service: Service, memory: Arc<Memory>, clock: Arc<dyn Clock>) -> Self {
        Self {
            service,
            memory,
            clock,
            waiting: Mutex::default(),
            wake: Notify::new(),
        }
    }

    /// Asks for one token, together with others. Simultaneous lookups of it share one answer. This is a use.
    pub(super) async fn look_up(&self, token: &Token) -> Outcome {
        if !may_be_token(token.expose()) {
            return Ok(Found {
                live: None,
                newness: Newness::Unknown,
            });
        }
        let Some(lookup) = self.join(token) else {
            return Err(Unavailable::busy());
        };
        let mut outcome = lookup.outcome.subscribe();
        let answered = timeout(GIVE_UP_AFTER, outcome.wait_for(Option::is_some)).await;
        match answered {
            Ok(Ok(outcome)) => outcome.clone().unwrap_or_else(|| Err(Unavailable::busy())),
            Ok(Err(_)) | Err(_) => Err(Error::Timeout.into()),
        }
    }

    /// The lookup to wait for; `None` if too many wait.
    fn join(&self, token: &Token) -> Option<Arc<Lookup>> {
        let now = self.clock.running();
        let mut waiting = self.waiting();
        if let Some(lookup) = waiting.lookups.get(token)
            && lookup
                .sent
                .get()
                .is_none_or(|sent| now < sent.saturating_add(SHARED_FOR))
        {
            return Some(Arc::clone(lookup));
        }
        if waiting.queue.len() >= MOST_WAITING {
            return None;
        }
        let lookup = Arc::new(Lookup {
            token: token.clone(),
            sent: OnceLock::new(),
            outcome: watch::Sender::new(None),
        });
        waiting.lookups.insert(token.clone(), Arc::clone(&lookup));
        waiting.queue.push(Arc::clone(&lookup));
        self.wake.notify_one();
        Some(lookup)
    }

    /// Sends questions. Never returns.
    pub(super) async fn run(self: Arc<Self>) {
        let turns = Arc::new(Semaphore::new(MOST_QUESTIONS));
        let mut questions = JoinSet::new();
        loop {
            self.wake.notified().await;
            // Whoever asks at the same time is asked for together.
            yield_now().await;
            loop {
                let Ok(turn) = Arc::clone(&turns).acquire_owned().await else {
                    return;
                };
                let batch = self.take();
                if batch.is_empty() {
                    break;
                }
                let asker = Arc::clone(&self);
                questions.spawn(async move {
                    asker.answer(batch).await;
                    drop(turn);
                });
                while questions.try_join_next().is_some() {}
            }
        }
    }

    fn take(&self) -> Vec<Arc<Lookup>> {
        let mut waiting = self.waiting();
        let first = waiting.queue.len().min(MOST_TOKENS);
        waiting.queue.drain(..first).collect()
    }

    async fn answer(&self, batch: Vec<Arc<Lookup>>) {
        let tokens: Vec<Token> = batch.iter().map(|lookup| lookup.token.clone()).collect();
        let now = self.clock.running();
        for lookup in &batch {
            // Nobody else sends it.
            let _ = lookup.sent.set(now);
        }
        let found = self.ask(&tokens, Use::Counts).await;
        let mut waiting = self.waiting();
        for (position, lookup) in batch.iter().enumerate() {
            let outcome = match &found {
                Ok(found) => found.get(position).cloned().ok_or_else(Unavailable::busy),
                Err(error) => Err(error.clone()),
            };
            lookup.outcome.send_replace(Some(outcome));
            if let Entry::Occupied(entry) = waiting.lookups.entry(lookup.token.clone())
                && Arc::ptr_eq(entry.get(), lookup)
            {
                entry.remove();
            }
        }
    }

    /// Asks for 1 to [`MOST_TOKENS`] tokens, and answers in their order. Memory learns what the server says. It is asked once
    /// more if it does not answer, or answers 429 or 500 and above.
    pub(super) async fn ask(
        &self,
        tokens: &[Token],
        counts: Use,
    ) -> Result<Vec<Found>, Unavailable> {
        let error = match self.ask_once(tokens, counts).await {
            Ok(found) => return Ok(found),
            Err(error) => error,
        };
        let wait = match &error {
            Error::Timeout | Error::Unreachable(_) => PAUSE,
            Error::Refused(refusal) if refusal.status == 429 || refusal.status >= 500 => {
                refusal.retry_after.unwrap_or(PAUSE)
            }
            // The answer would be the same.
            Error::Refused(_) | Error::Malformed(_) | Error::Unsendable => return Err(error.into()),
        };
        sleep(wait.min(LONGEST_PAUSE)).await;
        Ok(self.ask_once(tokens, counts).await?)
    }

    async fn ask_once(&self, tokens: &[Token], counts: Use) -> Result<Vec<Found>, Error> {
        let asked_in = self.memory.history();
        let sent = self.clock.running();
        let call = self.service.check(tokens, counts).within(ANSWER_WITHIN);
        let answer = call.once().await?;
        let now = self.clock.running();
        // This process may have stood still since.
        if now.saturating_sub(sent) > ANSWER_WITHIN {
            return Err(Error::Timeout);
        }
        let checked: Checked = answer.value()?;
        if checked.answers.len() != tokens.len() {
            return Err(Error::Malformed(
                "it answers more or fewer tokens than it was asked",
            ));
        }
        let mut found = Vec::with_capacity(tokens.len());
        for (token, said) in tokens.iter().zip(&checked.answers) {
            found.push(match said {
                CheckedToken::NotLive => Found {
                    live: None,
                    newness: self.memory.forget(asked_in, &checked.position, token),
                },
                CheckedToken::Live(session) => {
                    let expires = sent.saturating_add(left(&answer, session));
                    let newness = self.memory.remember(
                        asked_in,
                        &checked.position,
                        token,
                        session,
                        expires,
                        now,
                    );
                    Found {
                        live: Some(Live {
                            session: Arc::clone(session),
                            expires,
                        }),
                        newness,
                    }
                }
            });
        }
        Ok(found)
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        // No panic can leave it inconsistent.
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether a text may be a token. Others are not asked for: a control character takes six bytes in JSON, and a question that is
/// too long is refused for all its tokens.
fn may_be_token(text: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_graphic() && byte != b'"' && byte != b'\\';
    text.len() <= LONGEST_TOKEN && text.bytes().all(is_plain)
}

/// How long a token had left when the server answered, by the server's own clock; nothing where it does not tell the time.
fn left(answer: &Answer, session: &LiveSession) -> Duration {
    let expires_at = SystemTime::from(session.expires_at);
    answer
        .date()
        .and_then(|date| expires_at.duration_since(date).ok())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scripted::{Reply, Scripted};
    use crate::sessions::clock::SystemClock;

    #[tokio::test]
    async fn only_what_may_be_answered_otherwise_is_asked_again() {
        for (status, times) in [(400, 1), (401, 1), (403, 1), (429, 2), (500, 2), (503, 2)] {
            let script = move |_: &_| Reply::Answer(status, "retry-after: 0\r\n", "{}");
            let server = Scripted::start(script).await;
            let memory = Arc::new(Memory::with_room_for(1));
            let asker = Asker::new(server.service(), memory, Arc::new(SystemClock));
            let error = asker.ask(&[Token::new("a")], Use::Peek).await.unwrap_err();
            assert_eq!(error.reason().refusal().unwrap().status, status);
            assert_eq!(server.count("/service/check"), times, "{status}");
        }
    }

    #[test]
    fn what_no_token_can_be_is_not_asked_for() {
        assert!(may_be_token("a6e2fd6c-9a22-4a36-9a25-1a2a4f0ad1f5") && may_be_token("A_z-09"));
        for text in ["a b", "\u{1}", "é", "\"", "\\", &"a".repeat(129)] {
            assert!(!may_be_token(text), "{text:?}");
        }
    }
}

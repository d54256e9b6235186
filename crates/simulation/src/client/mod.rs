//! A client: it does one step of its plan after another, and writes down what it asked and was answered.

mod answers;
mod question;

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use azuma_checker::history::{Answer, Event, Policy, Request};
use tokio::time::sleep;

use crate::cluster::Cluster;
use crate::known::{Credential, HeldToken, Known};
use crate::plan::{Action, Pause, Step};
use question::Question;

pub(crate) use question::email_of;

/// How far apart the moments are for which clients wait.
const TOGETHER_EVERY: Duration = Duration::from_millis(500);
/// How often a watched token is checked.
const WATCHED: u32 = 50;
/// The pause between two such checks.
const WATCH_EVERY: Duration = Duration::from_millis(100);

/// A client.
pub(crate) struct Client {
    pub(crate) number: u32,
    pub(crate) cluster: Rc<Cluster>,
    pub(crate) known: Rc<RefCell<Known>>,
    pub(crate) events: Rc<RefCell<Vec<Event>>>,
}

impl Client {
    /// Does what it is planned to.
    pub(crate) async fn run(self, steps: Vec<Step>) {
        for step in steps {
            self.pause(step.pause).await;
            match step.action {
                Action::Watch { token } => self.watch(step.node, token).await,
                action => {
                    let question =
                        Question::of(action, &mut self.known.borrow_mut(), &self.cluster.mailbox);
                    if let Some(question) = question {
                        self.ask(step.node, question).await;
                    }
                }
            }
        }
    }

    async fn pause(&self, pause: Pause) {
        let span = match pause {
            Pause::Millis(millis) => Duration::from_millis(u64::from(millis)),
            Pause::Together => {
                let since = self.cluster.clock.running().as_micros() % TOGETHER_EVERY.as_micros();
                let since = u64::try_from(since).unwrap_or(0);
                TOGETHER_EVERY - Duration::from_micros(since)
            }
        };
        sleep(span).await;
    }

    /// Checks a token for longer than memory may answer.
    async fn watch(&self, node: usize, token: u8) {
        let Some(held) = self.known.borrow().token(token) else {
            return;
        };
        for _ in 0..WATCHED {
            self.check(node, held.clone()).await;
            sleep(WATCH_EVERY).await;
        }
    }

    /// Asks who the token belongs to.
    pub(crate) async fn check(&self, node: usize, held: HeldToken) {
        self.ask(node, Question::with_token(Request::Check, held))
            .await;
    }

    /// Logs in.
    pub(crate) async fn log_in(&self, node: usize, credential: Credential) {
        let Credential { name, password } = credential;
        let request = Request::LogIn {
            name,
            password,
            policy: Policy::Sliding,
        };
        self.ask(node, Question::without_token(request)).await;
    }

    /// Asks a node, and writes down what came of it.
    async fn ask(&self, node: usize, question: Question) {
        let Some((node, running)) = self.cluster.node(node) else {
            return;
        };
        let asked = self.cluster.clock.now();
        let answer = tokio::select! {
            biased;
            _ = running.life.crashed() => Answer::Unknown,
            answer = self.answer(&running, &question) => answer,
        };
        self.learn(&question.request, &answer);
        self.events.borrow_mut().push(Event {
            client: self.number,
            node: u32::try_from(node).unwrap(),
            asked,
            answered: self.cluster.clock.now(),
            token: question.held.map(|held| held.named),
            request: question.request,
            answer,
        });
    }

    /// What follows from the answer for later requests.
    fn learn(&self, request: &Request, answer: &Answer) {
        let mut known = self.known.borrow_mut();
        let mut learn = |name: &String, password: &String| {
            known.learn_credential(Credential {
                name: name.clone(),
                password: password.clone(),
            });
        };
        match (request, answer) {
            (_, Answer::Refused(_)) => {}
            (
                Request::Register { name, password, .. }
                | Request::RequestAccount { name, password, .. },
                _,
            ) => learn(name, password),
            (Request::Rename { name }, _) => known.learn_name(name),
            (Request::ChangePassword { password } | Request::Reset { password, .. }, _) => {
                known.learn_password(password);
            }
            _ => {}
        }
    }
}

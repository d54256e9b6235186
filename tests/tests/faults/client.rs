//! A client: it asks one thing after another, as a seed decides, and writes down what it was answered.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use azuma_checker::history::{Answer, Event, Refusal, Request};
use fastrand::Rng;
use tokio::time::sleep;

use super::answers::Reading;
use super::known::{Group, Held, Known};
use super::mailbox::Mailbox;
use super::question::{Api, Question};
use super::requests::Http;
use super::run::Seen;
use super::systems::{System, address};

/// How long a client rests after an answer that does not tell the outcome. Otherwise there would be too many to check
/// where a server says at once that it cannot.
const RESTS: Duration = Duration::from_secs(1);

/// A client.
pub struct Client {
    pub(super) number: u32,
    pub(super) rng: Rng,
    http: Http,
    pub(super) system: Arc<dyn System>,
    pub(super) group: Arc<Group>,
    mailbox: Arc<Mailbox>,
    seen: Arc<Seen>,
}

impl Client {
    pub fn new(
        number: u32,
        rng: Rng,
        system: &Arc<dyn System>,
        group: &Arc<Group>,
        mailbox: &Arc<Mailbox>,
        seen: &Arc<Seen>,
    ) -> Self {
        Self {
            number,
            rng,
            http: Http::new(),
            system: Arc::clone(system),
            group: Arc::clone(group),
            mailbox: Arc::clone(mailbox),
            seen: Arc::clone(seen),
        }
    }

    /// Asks until it is told to stop.
    pub async fn run_until(mut self, over: Arc<AtomicBool>) -> Self {
        while !over.load(Ordering::Relaxed) {
            self.group.move_on();
            let pause = match self.rng.u8(0..8) {
                0 => self.rng.u64(0..400),
                _ => self.rng.u64(0..40),
            };
            sleep(Duration::from_millis(pause)).await;
            let group = Arc::clone(&self.group);
            let question = Question::any(&mut self.rng, &mut group.known(), &self.mailbox);
            if let Some(question) = question {
                let node = self.rng.usize(0..self.system.nodes().len());
                self.ask(node, question).await;
            }
        }
        self
    }

    /// Checks the newest tokens and passwords, so that nothing that was lost stays unseen.
    pub async fn look_at_the_end(&self) {
        let (tokens, credentials) = {
            let known = self.group.known();
            let newest = known.tokens.iter().rev().take(10);
            let kept = known.kept_tokens.iter().rev().take(30);
            let tokens: Vec<Held> = newest.chain(kept).cloned().collect();
            let credentials: Vec<_> = known.credentials.iter().rev().take(6).cloned().collect();
            (tokens, credentials)
        };
        for (node, held) in tokens.into_iter().enumerate() {
            self.ask(node, Question::check(held)).await;
        }
        for (node, credential) in credentials.into_iter().enumerate() {
            let (name, password) = (credential.name, credential.password);
            let login = Question::log_in(&self.group.known(), name, password, Api::Legacy);
            self.ask(node, login).await;
        }
    }

    /// Asks a node, or the next one that runs, and writes down what came of it; `None` if none runs.
    pub(super) async fn ask(&self, node: usize, question: Question) -> Option<Answer> {
        let nodes = self.system.nodes();
        let (node, address) = address(nodes, node % nodes.len())?;
        let asked = self.seen.now();
        let seen = &*self.seen;
        let reading = Reading { seen, asked };
        let answered = self.http.ask(address, &question, reading).await;
        let Question { request, held, .. } = question;
        let event = Event {
            client: self.number,
            node: u32::try_from(node).expect("few nodes"),
            asked,
            answered: self.seen.now(),
            token: held.as_ref().map(|held| held.named.clone()),
            request,
            answer: answered.answer,
        };
        learn(
            &mut self.group.known(),
            &event,
            held.as_ref(),
            answered.token,
        );
        let answer = event.answer.clone();
        self.seen.push(event);
        if answer == Answer::Unknown {
            sleep(RESTS).await;
        }
        Some(answer)
    }
}

fn learn(known: &mut Known, event: &Event, held: Option<&Held>, token: Option<Held>) {
    if let Some(token) = token {
        known.learn_token(token);
    }
    if let Answer::Refused(refusal) = event.answer {
        if let (Refusal::TokenInvalid, Some(held)) = (refusal, held) {
            known.learn_refusal(held);
        }
        return;
    }
    match &event.request {
        Request::Register { name, password, .. }
        | Request::RequestAccount { name, password, .. } => known.learn(name, password),
        Request::Rename { name } => known.learn_change(Some(name), None),
        Request::ChangePassword { password } | Request::Reset { password, .. } => {
            known.learn_change(None, Some(password));
        }
        _ => {}
    }
    match (&event.request, &event.answer, held) {
        (
            Request::Register { password, .. } | Request::LogIn { password, .. },
            Answer::Issued { user, .. },
            _,
        )
        | (Request::Reset { password, .. }, Answer::Reset { user }, _)
        | (Request::ChangePassword { password }, _, Some(Held { user, .. })) => {
            known.learn_owner(password, user);
        }
        _ => {}
    }
}

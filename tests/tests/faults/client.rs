//! A client: it asks one thing after another, as a seed decides, and writes down what it was answered.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use azuma_checker::history::{Answer, Event, Policy, Request};
use fastrand::Rng;
use tokio::time::sleep;

use super::known::{Group, Held, Known, newest};
use super::requests::Http;
use super::run::Seen;
use super::systems::{System, address};

/// How many names a room has.
const NAMES: u8 = 2;

/// How long a client rests after an answer that does not tell the outcome. Otherwise there would be too many to check
/// where a server says at once that it cannot.
const RESTS: Duration = Duration::from_secs(1);

/// A client.
pub struct Client {
    number: u32,
    rng: Rng,
    http: Http,
    system: Arc<dyn System>,
    group: Arc<Group>,
    seen: Arc<Seen>,
}

impl Client {
    pub fn new(
        number: u32,
        rng: Rng,
        system: &Arc<dyn System>,
        group: &Arc<Group>,
        seen: &Arc<Seen>,
    ) -> Self {
        Self {
            number,
            rng,
            http: Http::new(),
            system: Arc::clone(system),
            group: Arc::clone(group),
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
            let question = question(&mut self.rng, &mut group.known());
            if let Some((request, held)) = question {
                let node = self.rng.usize(0..self.system.nodes().len());
                self.ask(node, request, held).await;
            }
        }
        self
    }

    /// Checks the newest tokens and passwords, so that nothing that was lost stays unseen.
    pub async fn look_at_the_end(&self) {
        let (tokens, credentials) = {
            let known = self.group.known();
            let tokens: Vec<Held> = known.tokens.iter().rev().take(10).cloned().collect();
            let credentials: Vec<_> = known.credentials.iter().rev().take(6).cloned().collect();
            (tokens, credentials)
        };
        for (node, held) in tokens.into_iter().enumerate() {
            self.ask(node, Request::Check, Some(held)).await;
        }
        for (node, credential) in credentials.into_iter().enumerate() {
            let request = Request::LogIn {
                name: credential.name,
                password: credential.password,
                policy: Policy::Rotating,
            };
            self.ask(node, request, None).await;
        }
    }

    async fn ask(&self, node: usize, request: Request, held: Option<Held>) {
        let nodes = self.system.nodes();
        let Some((node, address)) = address(nodes, node % nodes.len()) else {
            return;
        };
        let asked = self.seen.now();
        let answered = self.http.ask(address, asked, held.as_ref(), &request).await;
        let event = Event {
            client: self.number,
            node: u32::try_from(node).expect("few nodes"),
            asked,
            answered: self.seen.now(),
            token: held.map(|held| held.named),
            request,
            answer: answered.answer,
        };
        learn(&mut self.group.known(), &event, answered.token);
        let is_known = event.answer != Answer::Unknown;
        self.seen.push(event);
        if !is_known {
            sleep(RESTS).await;
        }
    }
}

fn learn(known: &mut Known, event: &Event, token: Option<Held>) {
    if let Some(token) = token {
        known.learn_token(token);
    }
    if matches!(event.answer, Answer::Refused(_)) {
        return;
    }
    match &event.request {
        Request::Register { name, password, .. } => known.learn(name, password),
        Request::Rename { name } => known.learn_change(Some(name), None),
        Request::ChangePassword { password } => known.learn_change(None, Some(password)),
        _ => {}
    }
}

/// What is asked next, and with which token; `None` if nothing is known yet that it needs.
fn question(rng: &mut Rng, known: &mut Known) -> Option<(Request, Option<Held>)> {
    let name = known.name(rng.u8(0..NAMES));
    let recent = rng.usize(0..4);
    let held = newest(&known.tokens, recent);
    let with_token = |request| held.clone().map(|held| (request, Some(held)));
    match rng.u8(0..100) {
        0..8 => {
            let password = known.new_password();
            let policy = Policy::Rotating;
            let request = Request::Register {
                name,
                password,
                email: None,
                policy,
            };
            Some((request, None))
        }
        8..22 => {
            let credential = newest(&known.credentials, rng.usize(0..3))?;
            let request = Request::LogIn {
                name: credential.name,
                password: credential.password,
                policy: Policy::Rotating,
            };
            Some((request, None))
        }
        22..60 => with_token(Request::Check),
        60..68 => {
            let old = newest(&known.old_tokens, rng.usize(0..8))?;
            Some((Request::Check, Some(old)))
        }
        68..80 => with_token(Request::Renew),
        80..85 => with_token(Request::Rename { name }),
        85..90 => {
            let password = known.new_password();
            with_token(Request::ChangePassword { password })
        }
        90..96 => with_token(Request::LogOut),
        96..98 => with_token(Request::LogOutEverywhere),
        _ => with_token(Request::Delete),
    }
}

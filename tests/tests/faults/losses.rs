//! Runs on a database that loses commits, again and again.
//!
//! Each loss ends an *era*, whose history is judged as any other: what was acknowledged until then was kept until then. After it
//! all nodes agree on what is left, and the next era keeps all promises again.

use std::sync::Arc;
use std::time::{Duration, Instant};

use azuma_checker::History;
use azuma_checker::history::{Answer, Broken, Moment, Request};
use fastrand::Rng;
use tokio::task::spawn_blocking;
use tokio::time::sleep;

use super::known::Held;
use super::question::Question;
use super::run::{RECOVERED_AFTER, Run, Seen};
use super::strike::{Struck, strike};
use super::systems::{Loss, OnForgetful, Pair, System};

/// How long things break before commits are lost.
const BREAKS: Duration = Duration::from_secs(3);

/// Runs clients while commits are lost, and judges what they were answered before, between and after.
pub async fn agree_on_what_is_left(name: &'static str, system: OnForgetful) {
    let pair = system.pair();
    let mut run = Run::of(name, system);
    let mut rng = Rng::with_seed(run.seed());
    let began = Instant::now();
    while began.elapsed() < run.lasts() {
        let era = Era {
            system: run.system(),
            seen: run.seen(),
            pair: Arc::clone(&pair),
            rng: rng.fork(),
        };
        let (struck, lost_at) = run.ask_while(era.pass()).await;
        let history = without_mail(run.history_until(lost_at));
        run.judge_history(history, &struck);
        sleep(RECOVERED_AFTER).await;
        expect_agreement(&run, &pair).await;
    }
    run.ask_while(sleep(BREAKS)).await;
    sleep(RECOVERED_AFTER).await;
    run.look_at_the_end().await;
    let history = without_mail(run.history());
    run.judge_history(history, &Struck::default());
}

/// The history without messages, which a loss takes back or sends again, and with nothing that a message must come of.
fn without_mail(history: History) -> History {
    let mut history = History {
        mail: Vec::new(),
        outbox: Vec::new(),
        ..history
    };
    for event in &mut history.events {
        let mails = matches!(
            event.request,
            Request::RequestAccount { .. } | Request::ChangeEmail { .. } | Request::Recover { .. }
        );
        if mails && event.answer == Answer::Done {
            event.answer = Answer::Unknown;
        }
    }
    history
}

/// The time until the next loss.
struct Era {
    system: Arc<dyn System>,
    seen: Arc<Seen>,
    pair: Arc<Pair>,
    rng: Rng,
}

impl Era {
    /// Returns what broke, and a moment before which nothing was lost.
    async fn pass(mut self) -> (Struck, Moment) {
        let mut struck = strike(&*self.system, &self.seen, self.rng.fork(), BREAKS).await;
        let loss = match self.rng.bool() {
            true => Loss::Promotion,
            false => Loss::Restore,
        };
        let (seen, pair) = (self.seen, self.pair);
        let lost = spawn_blocking(move || {
            let behind = pair.begin_to_lose(loss);
            let lost_at = seen.now();
            pair.lose(behind);
            lost_at
        });
        let lost_at = lost.await.expect("commits can be lost");
        struck.done.push(Broken {
            what: format!("commits are lost: {loss:?}"),
            node: None,
            from: lost_at,
            to: lost_at,
        });
        // Clients go on for a while, or stop at once.
        sleep(Duration::from_millis(self.rng.u64(0..1_000))).await;
        (struck, lost_at)
    }
}

/// Clients ask all nodes with all tokens they know: none accepts one that the database has lost. That is where the next
/// history begins.
async fn expect_agreement(run: &Run, pair: &Arc<Pair>) {
    let nodes = run.system().nodes().len();
    let (mut known, mut lost) = (0, 0);
    for client in run.one_of_each_group() {
        for held in client.group.leave_room() {
            let is_known = knows(pair, &held).await;
            *(if is_known { &mut known } else { &mut lost }) += 1;
            for node in 0..nodes {
                let answer = client.ask(node, Question::check(held.clone())).await;
                let is_right = match answer {
                    Some(Answer::Done) => is_known,
                    Some(Answer::Refused(_)) => true,
                    Some(_) | None => false,
                };
                assert!(
                    is_right,
                    "the database knows the token: {is_known}, and node {node} answers {answer:?}: {}",
                    held.named.id
                );
            }
        }
    }
    println!("{known} tokens are left, {lost} are lost or revoked");
}

async fn knows(pair: &Arc<Pair>, held: &Held) -> bool {
    let (pair, text) = (Arc::clone(pair), held.text.clone());
    let looked = spawn_blocking(move || pair.knows(&text));
    looked.await.expect("the database answers")
}

//! Clocks jump, and are right again.

use std::sync::Arc;
use std::time::Duration;

use azuma_checker::history::Bounds;

use super::run::Run;
use super::systems::{System, WithClocks};

/// How long is asked after the clocks are right again.
const AFTERWARDS: Duration = Duration::from_secs(5);

/// While clocks jump by so much, and afterwards: whoever comes then does not notice.
async fn keep_what_they_promise(name: &'static str, jump: Duration) {
    let system: Arc<dyn System> = Arc::new(WithClocks::start(3, jump));
    let run = Run::on(name, Arc::clone(&system), 0);
    run.keeps_what_is_promised().await;
    let run = Run::on(name, system, 100).lasting(AFTERWARDS);
    let run = run.within(Bounds::default());
    run.keeps_what_is_promised_undisturbed().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nodes_whose_clocks_jump_by_an_hour_keep_what_they_promise() {
    keep_what_they_promise("clocks-hour", Duration::from_hours(1)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nodes_whose_clocks_jump_by_40_days_keep_what_they_promise() {
    keep_what_they_promise("clocks-days", Duration::from_hours(40 * 24)).await;
}

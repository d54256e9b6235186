//! The least of a plan that still fails.

use crate::plan::{Limits, Pause, Plan};

/// Leaves out of a plan whatever it still fails without: faults, clients, steps, pauses, differences of clocks,
/// limits.
#[must_use]
pub fn shrink(plan: &Plan, fails: impl Fn(&Plan) -> bool) -> Plan {
    let mut least = plan.clone();
    loop {
        let smaller = smaller_plans(&least).find(|plan| fails(plan));
        match smaller {
            Some(plan) => least = plan,
            None => return least,
        }
    }
}

/// The plans with one thing less, those first that leave out most.
fn smaller_plans(plan: &Plan) -> impl Iterator<Item = Plan> {
    let without_client = (0..plan.clients.len()).map(|client| {
        let mut smaller = plan.clone();
        smaller.clients[client].clear();
        smaller
    });
    let without_fault = (0..plan.faults.len()).map(|fault| {
        let mut smaller = plan.clone();
        smaller.faults.remove(fault);
        smaller
    });
    let each_step = || {
        (0..plan.clients.len())
            .flat_map(|client| (0..plan.clients[client].len()).map(move |step| (client, step)))
    };
    let without_step = each_step().map(|(client, step)| {
        let mut smaller = plan.clone();
        smaller.clients[client].remove(step);
        smaller
    });
    let without_pause = each_step().map(|(client, step)| {
        let mut smaller = plan.clone();
        smaller.clients[client][step].pause = Pause::Millis(0);
        smaller
    });
    let with_one_clock = (0..plan.clocks_ahead.len()).map(|node| {
        let mut smaller = plan.clone();
        smaller.clocks_ahead[node] = 0;
        smaller
    });
    let many = Limits::default();
    let with_more_sessions = [
        Limits {
            sessions_per_user: many.sessions_per_user,
            ..plan.limits
        },
        Limits {
            cached_sessions: many.cached_sessions,
            ..plan.limits
        },
    ];
    let with_more_sessions = with_more_sessions.into_iter().map(|limits| Plan {
        limits,
        ..plan.clone()
    });
    without_client
        .chain(without_fault)
        .chain(without_step)
        .chain(without_pause)
        .chain(with_one_clock)
        .chain(with_more_sessions)
        .filter(|smaller| smaller != plan)
        .collect::<Vec<_>>()
        .into_iter()
}

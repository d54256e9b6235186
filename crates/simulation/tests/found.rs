//! What the simulation has found, each as the least plan that showed it.

use azuma_checker::check;
use azuma_checker::history::Policy;
use azuma_simulation::fault::Fault;
use azuma_simulation::plan::{Action, Limits, Pause, Plan, Step};
use azuma_simulation::run::run;

fn at_once(action: Action) -> Step {
    Step {
        pause: Pause::Millis(0),
        node: 0,
        action,
    }
}

/// Seed 15 on 2026-11-27. The first use of a session extended it from an hour to two weeks, and the client was told so, but
/// the write came up to a minute later. Whoever stopped meanwhile, for a crash or with the machine, had lost it.
#[test]
fn the_first_use_of_a_session_is_not_lost() {
    let plan = Plan {
        seed: 15,
        clocks_ahead: vec![0],
        limits: Limits::default(),
        clients: vec![vec![
            at_once(Action::Register {
                name: 2,
                email: None,
                policy: Policy::Sliding,
            }),
            at_once(Action::Check { token: 0 }),
        ]],
        faults: vec![Fault::Leap {
            at: 1_473,
            minutes: 1_187,
        }],
    };
    assert_eq!(check(&run(&plan)), []);
}

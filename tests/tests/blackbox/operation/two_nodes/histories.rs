//! The database loses commits that its nodes have seen, as when a standby is promoted that lacked them, or a backup is
//! restored under running nodes; others then go on from there.

use std::time::Instant;

use azuma_tests::people::Person;
use azuma_tests::server::Server;
use azuma_tests::sql;

use super::{expect_ended, two_nodes};

/// In place of the last three invalidations come others, the first of them for the end of neo's session; and then as
/// many more as `{more}`.
const OTHER_HISTORY: &str = "BEGIN; \
    DELETE FROM invalidations WHERE number > (SELECT number - 3 FROM invalidation_counter); \
    DELETE FROM sessions WHERE user_id = (SELECT id FROM users WHERE name = 'neo'); \
    INSERT INTO invalidations (number, user_id) \
        SELECT number - 2, (SELECT id FROM users WHERE name = 'neo') FROM invalidation_counter; \
    INSERT INTO invalidations (number, user_id) \
        SELECT number + n, gen_random_uuid() FROM invalidation_counter, generate_series(-1, {more}) AS n; \
    UPDATE invalidation_counter SET number = number + {more}; \
    COMMIT;";

/// Logs out `count` users, and waits until both nodes have seen it.
async fn log_out_some(here: &Server, there: &Server, count: u32) {
    for number in 0..count {
        let person = Person::named(&format!("user{number}"));
        let token = here.azuma().sign_up(&person).await;
        there.azuma().own_user(&token).await.done(200);
        here.azuma().logout(&token).await.done(204);
        let revoked = Instant::now();
        expect_ended(&there.azuma(), &token, revoked).await;
    }
}

async fn what_the_other_history_revoked_is_refused(more: u32) {
    let (here, there) = two_nodes();
    let neo = here.azuma().sign_up(&Person::named("neo")).await;
    let trinity = here.azuma().sign_up(&Person::named("trinity")).await;
    for node in [&here, &there] {
        node.azuma().own_user(&neo).await.done(200);
    }
    log_out_some(&here, &there, 4).await;
    for node in [&here, &there] {
        node.azuma().own_user(&neo).await.done(200);
    }
    let script = OTHER_HISTORY.replace("{more}", &more.to_string());
    sql::run(&here, "", &script);
    let revoked = Instant::now();
    for node in [&here, &there] {
        expect_ended(&node.azuma(), &neo, revoked).await;
        node.azuma().own_user(&trinity).await.done(200);
    }
}

#[tokio::test]
async fn revocations_hold_where_the_other_history_ends_with_the_same_number() {
    what_the_other_history_revoked_is_refused(0).await;
}

#[tokio::test]
async fn revocations_hold_where_the_other_history_has_gone_further() {
    what_the_other_history_revoked_is_refused(2).await;
}

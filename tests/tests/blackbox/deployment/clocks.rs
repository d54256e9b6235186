//! A machine whose clock is wrong for a while.

use std::time::Duration;

use azuma_tests::people::Person;
use azuma_tests::postgres::{Cluster, database_of};
use azuma_tests::{Database, on_both_databases};

#[on_both_databases]
async fn a_server_that_runs_with_its_clock_far_ahead_ends_no_session(db: Database) {
    let mut server = db.server().start();
    let neo = Person::named("neo");
    let current = server.azuma().sign_up(&neo).await;
    server.azuma().own_user(&current).await.done(200);
    let legacy = server.legacy().sign_in(&neo).await.token;
    server.reconfigure(|setup| setup.with_clock_ahead(40)).await;
    let seen = server.azuma().own_user(&current).await;
    seen.challenged(true);
    // The sweep runs once at start.
    tokio::time::sleep(Duration::from_secs(2)).await;
    server
        .reconfigure(|setup| setup.with_the_machines_clock())
        .await;
    for token in [&current, &legacy] {
        server.azuma().own_user(token).await.done(200);
    }
}

#[tokio::test]
async fn a_recovery_asked_of_a_node_with_its_clock_far_ahead_is_due_at_once_at_all_others() {
    let server = Database::Postgres.server().with_clock_ahead(40).start();
    let url = server.setup().get("database.url").expect("Postgres");
    let sql = |script: &str| Cluster::shared().sql(database_of(url), script);
    // The node itself takes the request within a second.
    sql("CREATE TABLE asked AS SELECT * FROM recoveries;
         CREATE RULE asked AS ON INSERT TO recoveries DO ALSO INSERT INTO asked SELECT NEW.*;");
    let neo = Person::named("neo");
    let account = server.account();
    account.recover(&neo.email).await.done(200);
    let due = sql("SELECT count(*) FROM asked WHERE due_at < now() + interval '1 minute'");
    assert_eq!(due.trim(), "1");
}

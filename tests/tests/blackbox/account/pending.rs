//! An account that waits for its verification.

use std::time::Duration;

use azuma_tests::moments::outwait;
use azuma_tests::people::Person;
use azuma_tests::{Database, on_both_databases};

#[on_both_databases]
async fn is_told_to_wait(db: Database) {
    let server = db.server().start();
    let neo = Person::named("neo");
    server.account().ask_for_account(&neo).await;
    let (name, password) = (&neo.name, &neo.password);
    let answer = server.account().authenticate(name, password).await;
    answer.refused(424, "NOT_VERIFIED");
    let answer = server.azuma().login(name, password).await;
    answer.refused(403, "FORBIDDEN");
    let answer = server.legacy().login(name, password).await;
    answer.refused_with_code(403, "FORBIDDEN");
}

#[on_both_databases]
async fn is_gone_once_its_time_is_over(db: Database) {
    let server = db.server().set("registration.lifetime", "1s").start();
    let account = server.account();
    let neo = Person::named("neo");
    let link = account.request_account(&neo, &server.mail()).await;
    outwait(Duration::from_secs(1)).await;
    let answer = account.verify(&link).await;
    answer.refused(404, "NOT_FOUND");
    let answer = account.authenticate(&neo.name, &neo.password).await;
    answer.refused(404, "NOT_FOUND");
    account.ask_for_account(&neo).await;
}

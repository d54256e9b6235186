//! `POST /account/authenticate` and `DELETE /account/delete`

use std::time::Duration;

use azuma_tests::moments::outwait;
use azuma_tests::people::Person;
use azuma_tests::shapes::is_uuid;
use azuma_tests::{Database, on_both_databases};

#[on_both_databases]
async fn answers_with_a_token_until_the_account_is_deleted(db: Database) {
    let server = db.server().start();
    let (account, azuma) = (server.account(), server.azuma());
    let neo = Person::named("neo");
    let token = account.sign_up(&neo, &server.mail()).await;
    assert!(is_uuid(&token), "{token}");
    let other = azuma.sign_in(&neo).await;
    azuma.own_user(&other).await.done(200);
    let wrong = account.authenticate(&neo.name, "wrong").await;
    wrong.refused(401, "UNAUTHORIZED");
    account.delete(&token).await.done(200);
    account.tokens(&token).await.challenged(true);
    azuma.own_user(&other).await.challenged(true);
    let deleted = account.authenticate(&neo.name, &neo.password).await;
    deleted.refused(404, "NOT_FOUND");
}

#[on_both_databases]
async fn an_account_that_waits_is_told_so_until_its_time_is_over(db: Database) {
    let server = db.server().set("registration.lifetime", "2s").start();
    let (account, neo) = (server.account(), Person::named("neo"));
    account.ask_for_account(&neo).await;
    let (name, password) = (&neo.name, &neo.password);
    let answer = account.authenticate(name, password).await;
    answer.refused(424, "NOT_VERIFIED");
    let answer = server.azuma().login(name, password).await;
    answer.refused(403, "FORBIDDEN");
    let answer = server.legacy().login(name, password).await;
    answer.refused_with_code(403, "FORBIDDEN");
    outwait(Duration::from_secs(2)).await;
    let answer = account.authenticate(name, password).await;
    answer.refused(404, "NOT_FOUND");
}

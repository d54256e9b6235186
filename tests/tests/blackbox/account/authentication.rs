//! `POST /account/authenticate`

use azuma_tests::people::Person;
use azuma_tests::shapes::is_uuid;
use azuma_tests::{Database, on_both_databases};

#[on_both_databases]
async fn answers_with_a_token(db: Database) {
    let server = db.server().start();
    let neo = Person::named("neo");
    let token = server.account().sign_up(&neo, &server.mail()).await;
    assert!(is_uuid(&token), "{token}");
    server.account().tokens(&token).await.done(200);
}

#[on_both_databases]
async fn says_why_it_refuses(db: Database) {
    let server = db.server().start();
    let account = server.account();
    account.sign_up(&Person::named("neo"), &server.mail()).await;
    let wrong = account.authenticate("neo", "wrong").await;
    wrong.refused(401, "UNAUTHORIZED");
    let unknown = account.authenticate("nobody", "secret").await;
    unknown.refused(404, "NOT_FOUND");
}

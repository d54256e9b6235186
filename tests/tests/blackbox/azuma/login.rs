//! `POST /user/login`

use azuma_tests::people::Person;
use azuma_tests::shapes::is_uuid;
use azuma_tests::{Database, on_both_databases};

#[on_both_databases]
async fn answers_with_a_new_session(db: Database) {
    let server = db.server().start();
    let azuma = server.azuma();
    let neo = Person::named("neo");
    let first = azuma.sign_up(&neo).await;
    let second = azuma.sign_in(&neo).await;
    assert!(is_uuid(&second), "{second}");
    assert_ne!(first, second);
    azuma.own_user(&first).await.done(200);
    azuma.own_user(&second).await.done(200);
}

#[on_both_databases]
async fn says_why_it_refuses(db: Database) {
    let server = db.server().start();
    let azuma = server.azuma();
    azuma.sign_up(&Person::named("neo")).await;
    azuma.login("neo", "wrong").await.refused(403, "FORBIDDEN");
    azuma
        .login("nobody", "secret")
        .await
        .refused(404, "NOT_FOUND");
}

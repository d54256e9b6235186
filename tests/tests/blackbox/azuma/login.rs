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
async fn a_name_is_found_in_every_case(db: Database) {
    let server = db.server().start();
    let azuma = server.azuma();
    let neo = Person::named("Éclair");
    azuma.sign_up(&neo).await;
    let token = azuma
        .login("éCLAIR", &neo.password)
        .await
        .success(200)
        .token;
    assert_eq!(azuma.own_user(&token).await.success(200).name, "Éclair");
}

#[on_both_databases]
async fn a_wrong_password_is_forbidden(db: Database) {
    let server = db.server().start();
    let azuma = server.azuma();
    azuma.sign_up(&Person::named("neo")).await;
    azuma.login("neo", "wrong").await.refused(403, "FORBIDDEN");
}

#[on_both_databases]
async fn a_password_is_not_found_in_every_case(db: Database) {
    let server = db.server().start();
    let azuma = server.azuma();
    azuma
        .register("neo", "neo@example.org", "secret")
        .await
        .done(201);
    azuma.login("neo", "SECRET").await.refused(403, "FORBIDDEN");
}

#[on_both_databases]
async fn an_unknown_user_is_not_found(db: Database) {
    let server = db.server().start();
    server
        .azuma()
        .login("nobody", "secret")
        .await
        .refused(404, "NOT_FOUND");
}

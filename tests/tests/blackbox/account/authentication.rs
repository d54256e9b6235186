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
async fn a_wrong_password_is_unauthorized(db: Database) {
    let server = db.server().start();
    server
        .account()
        .sign_up(&Person::named("neo"), &server.mail())
        .await;
    let answer = server.account().authenticate("neo", "wrong").await;
    answer.refused(401, "UNAUTHORIZED");
}

#[on_both_databases]
async fn an_unknown_user_is_not_found(db: Database) {
    let server = db.server().start();
    let answer = server.account().authenticate("nobody", "secret").await;
    answer.refused(404, "NOT_FOUND");
}

#[on_both_databases]
async fn users_of_other_dialects_need_no_proved_address(db: Database) {
    let server = db.server().start();
    let (neo, user1) = (Person::named("neo"), Person::named("user1"));
    server.azuma().sign_up(&neo).await;
    server.legacy().sign_up(&user1).await;
    for person in [neo, user1] {
        server
            .account()
            .authenticate(&person.name, &person.password)
            .await
            .done(200);
    }
}

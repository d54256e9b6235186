//! `POST /user/logout` and `DELETE /user/sessions/{id}`

use azuma_tests::people::Person;
use azuma_tests::{Database, on_both_databases};
use reqwest::Method;

#[on_both_databases]
async fn logging_out_ends_this_session(db: Database) {
    let server = db.server().start();
    let azuma = server.azuma();
    let token = azuma.sign_up(&Person::named("neo")).await;
    azuma.logout(&token).await.done(204);
    azuma.own_user(&token).await.challenged(true);
}

#[on_both_databases]
async fn logging_out_spares_the_others(db: Database) {
    let server = db.server().start();
    let azuma = server.azuma();
    let neo = Person::named("neo");
    let token = azuma.sign_up(&neo).await;
    let other = azuma.sign_in(&neo).await;
    azuma.logout(&token).await.done(204);
    azuma.own_user(&other).await.done(200);
}

#[on_both_databases]
async fn logging_out_everywhere_ends_all(db: Database) {
    let server = db.server().start();
    let azuma = server.azuma();
    let neo = Person::named("neo");
    let token = azuma.sign_up(&neo).await;
    let legacy = server.legacy().sign_in(&neo).await.token;
    let account = server.account().sign_in(&neo).await;
    azuma.logout_everywhere(&token).await.done(204);
    for token in [token, legacy, account] {
        azuma.own_user(&token).await.challenged(true);
    }
}

#[on_both_databases]
async fn logging_out_everywhere_spares_other_users(db: Database) {
    let server = db.server().start();
    let azuma = server.azuma();
    let trinity = azuma.sign_up(&Person::named("trinity")).await;
    let neo = azuma.sign_up(&Person::named("neo")).await;
    azuma.logout_everywhere(&neo).await.done(204);
    azuma.own_user(&trinity).await.done(200);
}

#[on_both_databases]
async fn a_session_is_ended_by_its_id(db: Database) {
    let server = db.server().start();
    let azuma = server.azuma();
    let neo = Person::named("neo");
    let token = azuma.sign_up(&neo).await;
    let other = azuma.sign_in(&neo).await;
    let id = azuma.current_session(&other).await.id;
    azuma.end_session(&token, &id).await.done(204);
    azuma.own_user(&other).await.challenged(true);
    azuma.own_user(&token).await.done(200);
}

#[on_both_databases]
async fn a_session_may_end_itself_by_id(db: Database) {
    let server = db.server().start();
    let azuma = server.azuma();
    let token = azuma.sign_up(&Person::named("neo")).await;
    let id = azuma.current_session(&token).await.id;
    azuma.end_session(&token, &id).await.done(204);
    azuma.own_user(&token).await.challenged(true);
}

#[on_both_databases]
async fn an_unknown_session_is_not_found(db: Database) {
    let server = db.server().start();
    let azuma = server.azuma();
    let token = azuma.sign_up(&Person::named("neo")).await;
    let answer = azuma
        .end_session(&token, "ee8e77d9-290e-4bb9-84a1-c2b7efb338df")
        .await;
    answer.refused(404, "NOT_FOUND");
}

#[on_both_databases]
async fn a_session_that_has_ended_is_not_found(db: Database) {
    let server = db.server().start();
    let azuma = server.azuma();
    let neo = Person::named("neo");
    let token = azuma.sign_up(&neo).await;
    let other = azuma.sign_in(&neo).await;
    let id = azuma.current_session(&other).await.id;
    azuma.logout(&other).await.done(204);
    azuma
        .end_session(&token, &id)
        .await
        .refused(404, "NOT_FOUND");
}

#[on_both_databases]
async fn a_session_of_another_user_is_not_found(db: Database) {
    let server = db.server().start();
    let azuma = server.azuma();
    let trinity = azuma.sign_up(&Person::named("trinity")).await;
    let id = azuma.current_session(&trinity).await.id;
    let neo = azuma.sign_up(&Person::named("neo")).await;
    azuma.end_session(&neo, &id).await.refused(404, "NOT_FOUND");
    azuma.own_user(&trinity).await.done(200);
}

#[on_both_databases]
async fn an_id_that_is_no_uuid_is_not_found(db: Database) {
    let server = db.server().start();
    let azuma = server.azuma();
    let token = azuma.sign_up(&Person::named("neo")).await;
    azuma
        .end_session(&token, "first")
        .await
        .refused(404, "NOT_FOUND");
}

#[on_both_databases]
async fn both_need_a_token(db: Database) {
    let server = db.server().start();
    server
        .request(Method::POST, "/user/logout")
        .send()
        .await
        .challenged(false);
    let path = "/user/sessions/ee8e77d9-290e-4bb9-84a1-c2b7efb338df";
    server
        .request(Method::DELETE, path)
        .send()
        .await
        .challenged(false);
}

#[on_both_databases]
async fn an_ended_session_stays_ended_after_a_restart(db: Database) {
    let mut server = db.server().start();
    let token = server.azuma().sign_up(&Person::named("neo")).await;
    server.azuma().own_user(&token).await.done(200);
    server.azuma().logout(&token).await.done(204);
    server.restart().await;
    server.azuma().own_user(&token).await.challenged(true);
}

//! Sliding sessions: of the current dialect and of the account dialect.

use std::time::Duration;

use azuma_tests::moments::outwait;
use azuma_tests::people::Person;
use azuma_tests::server::Setup;
use azuma_tests::{Database, on_both_databases};
use reqwest::Method;

const SHORT: Duration = Duration::from_secs(1);

fn short_lived(db: Database) -> Setup {
    db.server().set("sessions.sliding.first_use_within", "1s")
}

#[on_both_databases]
async fn an_unused_one_expires_and_a_used_one_lives_on(db: Database) {
    let server = short_lived(db).start();
    let azuma = server.azuma();
    let neo = Person::named("neo");
    let unused = azuma.sign_up(&neo).await;
    let used = azuma.sign_in(&neo).await;
    azuma.own_user(&used).await.done(200);
    outwait(SHORT).await;
    azuma.own_user(&unused).await.challenged(true);
    azuma.own_user(&used).await.done(200);
}

#[on_both_databases]
async fn a_used_one_expires_in_the_end(db: Database) {
    let server = short_lived(db)
        .set("sessions.sliding.extend_to", "1s")
        .start();
    let token = server.azuma().sign_up(&Person::named("neo")).await;
    server.azuma().own_user(&token).await.done(200);
    outwait(SHORT).await;
    server.azuma().own_user(&token).await.challenged(true);
}

#[on_both_databases]
async fn one_of_the_account_dialect_has_fourteen_days_from_the_start(db: Database) {
    let server = short_lived(db).start();
    let token = server
        .account()
        .sign_up(&Person::named("neo"), &server.mail())
        .await;
    outwait(SHORT).await;
    server.account().tokens(&token).await.done(200);
}

#[on_both_databases]
async fn a_use_that_ends_in_an_error_is_a_use(db: Database) {
    let server = short_lived(db).start();
    let token = server.azuma().sign_up(&Person::named("neo")).await;
    server
        .azuma()
        .user(&token, "nobody")
        .await
        .refused(404, "NOT_FOUND");
    outwait(SHORT).await;
    server.azuma().own_user(&token).await.done(200);
}

#[on_both_databases]
async fn a_use_in_another_dialect_is_a_use(db: Database) {
    let server = short_lived(db).start();
    let token = server.azuma().sign_up(&Person::named("neo")).await;
    server.legacy().me(&token).await.done(200);
    outwait(SHORT).await;
    server.azuma().own_user(&token).await.done(200);
}

#[on_both_databases]
async fn a_token_at_a_public_route_is_not_used(db: Database) {
    let server = short_lived(db).start();
    let token = server.azuma().sign_up(&Person::named("neo")).await;
    server
        .request(Method::GET, "/")
        .bearer(&token)
        .send()
        .await
        .done(200);
    outwait(SHORT).await;
    server.azuma().own_user(&token).await.challenged(true);
}

#[on_both_databases]
async fn a_use_outlives_a_kill(db: Database) {
    let mut server = short_lived(db).start();
    let token = server.azuma().sign_up(&Person::named("neo")).await;
    server.azuma().own_user(&token).await.done(200);
    server.kill();
    outwait(SHORT).await;
    server.start_again();
    server.azuma().own_user(&token).await.done(200);
}

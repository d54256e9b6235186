//! What was answered is kept, whatever ends the server.

use azuma_tests::people::Person;
use azuma_tests::{Database, on_both_databases};

#[on_both_databases]
async fn users_and_sessions_outlive_a_restart(db: Database) {
    let mut server = db.server().start();
    let neo = Person::named("neo");
    let token = server.azuma().sign_up(&neo).await;
    let legacy = server.legacy().sign_in(&neo).await.token;
    server.restart().await;
    server.azuma().own_user(&token).await.done(200);
    server.legacy().me(&legacy).await.done(200);
    server.azuma().sign_in(&neo).await;
}

#[on_both_databases]
async fn users_and_sessions_outlive_a_kill(db: Database) {
    let mut server = db.server().start();
    let neo = Person::named("neo");
    let token = server.azuma().sign_up(&neo).await;
    server.kill();
    server.start_again();
    server.azuma().own_user(&token).await.done(200);
    server.azuma().sign_in(&neo).await;
}

#[on_both_databases]
async fn a_deletion_outlives_a_kill(db: Database) {
    let mut server = db.server().start();
    let neo = Person::named("neo");
    let token = server.azuma().sign_up(&neo).await;
    server.azuma().delete_self(&token).await.done(204);
    server.kill();
    server.start_again();
    server.azuma().own_user(&token).await.challenged(true);
    server
        .azuma()
        .login(&neo.name, &neo.password)
        .await
        .refused(404, "NOT_FOUND");
}

#[on_both_databases]
async fn a_logout_outlives_a_kill(db: Database) {
    let mut server = db.server().start();
    let token = server.azuma().sign_up(&Person::named("neo")).await;
    server.azuma().logout(&token).await.done(204);
    server.kill();
    server.start_again();
    server.azuma().own_user(&token).await.challenged(true);
}

#[on_both_databases]
async fn a_mail_outlives_a_kill(db: Database) {
    let mut server = db.server().start();
    let neo = Person::named("neo");
    server
        .account()
        .register(&neo.name, &neo.password, &neo.email)
        .await
        .done(200);
    server.kill();
    server.start_again();
    let link = server.mail().first_to(&neo.email).await.token();
    server.account().verify(&link).await.done(200);
}

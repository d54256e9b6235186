//! Ending a session that has a next token ends both tokens.

use azuma_tests::people::Person;
use azuma_tests::server::Server;
use azuma_tests::{Database, on_both_databases};

use super::refresh::{always_due, next_of};

struct Rotated {
    server: Server,
    neo: Person,
    viewer: String,
    old: String,
    next: String,
}

async fn rotated(db: Database) -> Rotated {
    let server = always_due(db).start();
    let neo = Person::named("neo");
    let viewer = server.azuma().sign_up(&neo).await;
    let old = server.legacy().sign_in(&neo).await.token;
    let next = next_of(&server, &old).await;
    Rotated {
        server,
        neo,
        viewer,
        old,
        next,
    }
}

impl Rotated {
    async fn expect_ended(&self) {
        for token in [&self.old, &self.next] {
            self.server.legacy().me(token).await.challenged(true);
            self.server.azuma().own_user(token).await.challenged(true);
        }
    }

    async fn expect_alive(&self) {
        for token in [&self.old, &self.next] {
            self.server.legacy().me(token).await.done(200);
        }
    }
}

#[on_both_databases]
async fn logging_out_by_the_old_token_ends_both(db: Database) {
    let rotated = rotated(db).await;
    rotated.server.azuma().logout(&rotated.old).await.done(204);
    rotated.expect_ended().await;
}

#[on_both_databases]
async fn logging_out_by_the_next_token_ends_both(db: Database) {
    let rotated = rotated(db).await;
    rotated.server.azuma().logout(&rotated.next).await.done(204);
    rotated.expect_ended().await;
}

#[on_both_databases]
async fn logging_out_by_a_token_in_its_grace_ends_both(db: Database) {
    let rotated = rotated(db).await;
    rotated.server.legacy().me(&rotated.next).await.done(200);
    rotated.server.azuma().logout(&rotated.old).await.done(204);
    rotated.expect_ended().await;
}

#[on_both_databases]
async fn ending_by_id_ends_both(db: Database) {
    let rotated = rotated(db).await;
    let azuma = rotated.server.azuma();
    let id = azuma.current_session(&rotated.old).await.id;
    azuma.end_session(&rotated.viewer, &id).await.done(204);
    rotated.expect_ended().await;
}

#[on_both_databases]
async fn deleting_the_old_token_ends_both(db: Database) {
    let rotated = rotated(db).await;
    let account = rotated.server.account();
    account
        .delete_token(&rotated.viewer, &rotated.old)
        .await
        .done(200);
    rotated.expect_ended().await;
}

#[on_both_databases]
async fn deleting_the_next_token_ends_both(db: Database) {
    let rotated = rotated(db).await;
    let account = rotated.server.account();
    account
        .delete_token(&rotated.viewer, &rotated.next)
        .await
        .done(200);
    rotated.expect_ended().await;
}

#[on_both_databases]
async fn a_password_change_by_the_old_token_spares_both(db: Database) {
    let rotated = rotated(db).await;
    let azuma = rotated.server.azuma();
    azuma.change_password(&rotated.old, "neox").await.done(200);
    rotated.expect_alive().await;
    azuma.own_user(&rotated.viewer).await.challenged(true);
}

#[on_both_databases]
async fn a_password_change_by_the_next_token_spares_both(db: Database) {
    let rotated = rotated(db).await;
    let azuma = rotated.server.azuma();
    azuma.change_password(&rotated.next, "neox").await.done(200);
    rotated.expect_alive().await;
    azuma.own_user(&rotated.viewer).await.challenged(true);
}

#[on_both_databases]
async fn a_password_change_by_another_session_ends_both(db: Database) {
    let rotated = rotated(db).await;
    rotated
        .server
        .azuma()
        .change_password(&rotated.viewer, "neox")
        .await
        .done(200);
    rotated.expect_ended().await;
    rotated
        .server
        .legacy()
        .login(&rotated.neo.name, "neox")
        .await
        .done(200);
}

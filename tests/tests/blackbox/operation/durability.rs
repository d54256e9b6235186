//! What was answered is kept, though the server is killed the next moment.

use azuma_tests::people::Person;
use azuma_tests::server::Server;
use azuma_tests::{Database, on_both_databases};

fn kill(server: &mut Server) {
    server.kill();
    server.start_again();
}

#[on_both_databases]
async fn a_user_a_logout_and_a_deletion_outlive_a_kill(db: Database) {
    let mut server = db.server().start();
    let neo = Person::named("neo");
    let token = server.azuma().sign_up(&neo).await;
    kill(&mut server);
    server.azuma().own_user(&token).await.done(200);
    let legacy = server.legacy().sign_in(&neo).await.token;
    kill(&mut server);
    server.legacy().me(&legacy).await.done(200);
    server.azuma().logout(&token).await.done(204);
    kill(&mut server);
    server.azuma().own_user(&token).await.challenged(true);
    server.azuma().delete_self(&legacy).await.done(204);
    kill(&mut server);
    server.legacy().me(&legacy).await.challenged(true);
    let login = server.azuma().login(&neo.name, &neo.password).await;
    login.refused(404, "NOT_FOUND");
}

#[on_both_databases]
async fn mail_and_a_recovery_outlive_a_kill(db: Database) {
    let mut server = db.server().start();
    let neo = Person::named("neo");
    server.account().ask_for_account(&neo).await;
    kill(&mut server);
    let link = server.mail().first_to(&neo.email).await.token();
    server.account().verify(&link).await.done(200);
    server.account().recover(&neo.email).await.done(200);
    kill(&mut server);
    let link = server.mail().nth_to(&neo.email, 2).await.token();
    server.account().reset(&link, "another").await.done(200);
}

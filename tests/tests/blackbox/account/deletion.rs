//! `DELETE /account/delete`

use azuma_tests::people::Person;
use azuma_tests::{Database, on_both_databases};

#[on_both_databases]
async fn ends_every_session(db: Database) {
    let server = db.server().start();
    let neo = Person::named("neo");
    let token = server.account().sign_up(&neo, &server.mail()).await;
    let others = [
        server.azuma().sign_in(&neo).await,
        server.legacy().sign_in(&neo).await.token,
    ];
    server.account().delete(&token).await.done(200);
    server.account().tokens(&token).await.challenged(true);
    for other in others {
        server.azuma().own_user(&other).await.challenged(true);
    }
}

#[on_both_databases]
async fn frees_name_and_address(db: Database) {
    let server = db.server().start();
    let neo = Person::named("neo");
    let token = server.account().sign_up(&neo, &server.mail()).await;
    server.account().delete(&token).await.done(200);
    let answer = server
        .account()
        .authenticate(&neo.name, &neo.password)
        .await;
    answer.refused(404, "NOT_FOUND");
    server.azuma().sign_up(&neo).await;
}

#[on_both_databases]
async fn needs_a_token(db: Database) {
    let server = db.server().start();
    let request = server.request(reqwest::Method::DELETE, "/account/delete");
    request.send().await.challenged(false);
}

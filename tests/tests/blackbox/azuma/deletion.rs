//! `DELETE /user/self`

use azuma_tests::people::Person;
use azuma_tests::{Database, on_both_databases};

#[on_both_databases]
async fn ends_every_session(db: Database) {
    let server = db.server().start();
    let azuma = server.azuma();
    let neo = Person::named("neo");
    let caller = azuma.sign_up(&neo).await;
    let tokens = [
        azuma.sign_in(&neo).await,
        server.legacy().sign_in(&neo).await.token,
        server.account().sign_in(&neo).await,
    ];
    azuma.delete_self(&caller).await.done(204);
    azuma.own_user(&caller).await.challenged(true);
    for token in tokens {
        azuma.own_user(&token).await.challenged(true);
    }
}

#[on_both_databases]
async fn frees_name_and_address(db: Database) {
    let server = db.server().start();
    let azuma = server.azuma();
    let neo = Person::named("neo");
    let token = azuma.sign_up(&neo).await;
    azuma.delete_self(&token).await.done(204);
    azuma.sign_up(&neo).await;
}

#[on_both_databases]
async fn the_user_is_found_no_more(db: Database) {
    let server = db.server().start();
    let azuma = server.azuma();
    let neo = Person::named("neo");
    let token = azuma.sign_up(&neo).await;
    let id = azuma.own_user(&token).await.success(200).id;
    let viewer = azuma.sign_up(&Person::named("viewer")).await;
    azuma.delete_self(&token).await.done(204);
    azuma.user(&viewer, &id).await.refused(404, "NOT_FOUND");
    azuma
        .login("neo", &neo.password)
        .await
        .refused(404, "NOT_FOUND");
}

#[on_both_databases]
async fn a_link_under_way_works_no_more(db: Database) {
    let server = db.server().start();
    let azuma = server.azuma();
    let token = azuma.sign_up(&Person::named("neo")).await;
    azuma
        .change_email(&token, "new@example.org")
        .await
        .done(200);
    let link = server.mail().first_to("new@example.org").await.token();
    azuma.delete_self(&token).await.done(204);
    server
        .account()
        .verify(&link)
        .await
        .refused(404, "NOT_FOUND");
}

#[on_both_databases]
async fn needs_a_token(db: Database) {
    let server = db.server().start();
    let request = server.request(reqwest::Method::DELETE, "/user/self");
    request.send().await.challenged(false);
}

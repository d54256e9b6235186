//! A changed e-mail address, by `PATCH /user/update` and the link mailed to the new one.

use azuma_tests::people::Person;
use azuma_tests::{Database, on_both_databases};

#[on_both_databases]
async fn the_old_address_stands_until_the_new_one_is_confirmed(db: Database) {
    let server = db.server().start();
    let azuma = server.azuma();
    let neo = Person::named("neo");
    let token = azuma.sign_up(&neo).await;
    azuma
        .change_email(&token, "new@example.org")
        .await
        .done(200);
    server.mail().first_to("new@example.org").await;
    let user = azuma.own_user(&token).await.success(200);
    assert_eq!(user.email, Some(neo.email));
}

#[on_both_databases]
async fn the_link_makes_the_new_address_take_effect(db: Database) {
    let server = db.server().start();
    let azuma = server.azuma();
    let neo = Person::named("neo");
    let token = azuma.sign_up(&neo).await;
    azuma
        .change_email(&token, "new@example.org")
        .await
        .done(200);
    let link = server.mail().first_to("new@example.org").await.token();
    server.account().verify(&link).await.done(200);
    let user = azuma.own_user(&token).await.success(200);
    assert_eq!(user.email.as_deref(), Some("new@example.org"));
    azuma
        .register("thomas", &neo.email, "secret")
        .await
        .done(201);
}

#[on_both_databases]
async fn the_link_works_once(db: Database) {
    let server = db.server().start();
    let azuma = server.azuma();
    let token = azuma.sign_up(&Person::named("neo")).await;
    azuma
        .change_email(&token, "new@example.org")
        .await
        .done(200);
    let link = server.mail().first_to("new@example.org").await.token();
    server.account().verify(&link).await.done(200);
    server
        .account()
        .verify(&link)
        .await
        .refused(404, "NOT_FOUND");
}

#[on_both_databases]
async fn the_link_goes_to_the_new_address_alone(db: Database) {
    let server = db.server().start();
    let azuma = server.azuma();
    let neo = Person::named("neo");
    let token = azuma.sign_up(&neo).await;
    azuma
        .change_email(&token, "new@example.org")
        .await
        .done(200);
    let link = server.mail().first_to("new@example.org").await.link();
    for mail in server.mail().to(&neo.email) {
        assert!(!mail.text.contains(&link), "the link in: {}", mail.text);
    }
}

#[on_both_databases]
async fn an_address_that_was_taken_in_the_meantime_is_not_given_twice(db: Database) {
    let server = db.server().start();
    let azuma = server.azuma();
    let neo = Person::named("neo");
    let token = azuma.sign_up(&neo).await;
    azuma
        .change_email(&token, "new@example.org")
        .await
        .done(200);
    let link = server.mail().first_to("new@example.org").await.token();

    let quick = azuma.register("quick", "new@example.org", "secret").await;
    let verified = server.account().verify(&link).await;
    // Whether the address waits for its owner or not, one of the two has it afterwards.
    assert_eq!(
        [quick.status, verified.status]
            .iter()
            .filter(|status| **status < 300)
            .count(),
        1
    );
    assert!(verified.status < 500, "{}", verified.text());
}

#[on_both_databases]
async fn a_user_without_an_address_can_set_one(db: Database) {
    let server = db.server().start();
    let azuma = server.azuma();
    let token = server.legacy().sign_up(&Person::named("neo")).await.token;
    azuma
        .change_email(&token, "neo@example.org")
        .await
        .done(200);
    assert_eq!(azuma.own_user(&token).await.success(200).email, None);
    let link = server.mail().first_to("neo@example.org").await.token();
    server.account().verify(&link).await.done(200);
    let user = azuma.own_user(&token).await.success(200);
    assert_eq!(user.email.as_deref(), Some("neo@example.org"));
}

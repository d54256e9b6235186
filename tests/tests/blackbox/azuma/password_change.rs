//! A changed password, by `PATCH /user/update`.

use azuma_tests::clients::Update;
use azuma_tests::people::Person;
use azuma_tests::{Database, on_both_databases};

#[on_both_databases]
async fn replaces_the_old_one(db: Database) {
    let server = db.server().start();
    let azuma = server.azuma();
    let neo = Person::named("neo");
    let token = azuma.sign_up(&neo).await;
    azuma.change_password(&token, "neox").await.done(200);
    azuma
        .login("neo", &neo.password)
        .await
        .refused(403, "FORBIDDEN");
    azuma.login("neo", "neox").await.done(200);
}

#[on_both_databases]
async fn ends_the_other_sessions_of_every_dialect(db: Database) {
    let server = db.server().start();
    let azuma = server.azuma();
    let neo = Person::named("neo");
    let caller = azuma.sign_up(&neo).await;
    let others = [
        azuma.sign_in(&neo).await,
        server.legacy().sign_in(&neo).await.token,
        server.account().sign_in(&neo).await,
    ];
    azuma.change_password(&caller, "neox").await.done(200);
    for token in others {
        azuma.own_user(&token).await.challenged(true);
    }
}

#[on_both_databases]
async fn spares_the_callers_session(db: Database) {
    let server = db.server().start();
    let azuma = server.azuma();
    let token = azuma.sign_up(&Person::named("neo")).await;
    azuma.change_password(&token, "neox").await.done(200);
    azuma.own_user(&token).await.done(200);
}

#[on_both_databases]
async fn is_told_to_a_proved_address(db: Database) {
    let server = db.server().start();
    let neo = Person::named("neo");
    let token = server.account().sign_up(&neo, &server.mail()).await;
    let azuma = server.azuma();
    azuma.change_password(&token, "neox").await.done(200);
    let mail = server.mail().nth_to(&neo.email, 2).await;
    assert_eq!(mail.subject, "Your password for azumaneo has changed");
    assert!(!mail.text.contains("?token="), "{}", mail.text);
}

#[on_both_databases]
async fn spares_the_sessions_of_others(db: Database) {
    let server = db.server().start();
    let azuma = server.azuma();
    let trinity = azuma.sign_up(&Person::named("trinity")).await;
    let neo = azuma.sign_up(&Person::named("neo")).await;
    azuma.change_password(&neo, "neox").await.done(200);
    azuma.own_user(&trinity).await.done(200);
}

#[on_both_databases]
async fn another_change_ends_no_session(db: Database) {
    let server = db.server().start();
    let azuma = server.azuma();
    let neo = Person::named("neo");
    let caller = azuma.sign_up(&neo).await;
    let other = azuma.sign_in(&neo).await;
    let update = Update {
        name: Some(Some("thomas".to_owned())),
        status: Some(Some("awake".to_owned())),
        ..Update::default()
    };
    azuma.update(&caller, &update).await.done(200);
    azuma.own_user(&other).await.done(200);
}

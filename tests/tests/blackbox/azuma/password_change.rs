//! A changed password, by `PATCH /user/update`.

use azuma_tests::people::Person;
use azuma_tests::{Database, on_both_databases};

#[on_both_databases]
async fn replaces_the_old_one_and_ends_every_other_session_of_the_user(db: Database) {
    let server = db.server().start();
    let azuma = server.azuma();
    let neo = Person::named("neo");
    let bystander = azuma.sign_up(&Person::named("trinity")).await;
    let caller = azuma.sign_up(&neo).await;
    let others = [
        azuma.sign_in(&neo).await,
        server.legacy().sign_in(&neo).await.token,
        server.account().sign_in(&neo).await,
    ];
    for token in &others {
        azuma.own_user(token).await.done(200);
    }
    azuma.change_password(&caller, "neox").await.done(200);
    for token in &others {
        azuma.own_user(token).await.challenged(true);
    }
    azuma.own_user(&caller).await.done(200);
    azuma.own_user(&bystander).await.done(200);
    let old = azuma.login(&neo.name, &neo.password).await;
    old.refused(403, "FORBIDDEN");
    azuma.login(&neo.name, "neox").await.done(200);
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

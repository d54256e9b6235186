//! `PATCH /user/update`

use azuma_tests::clients::Update;
use azuma_tests::moments::moment;
use azuma_tests::people::Person;
use azuma_tests::{Database, on_both_databases};

fn some(text: &str) -> Option<Option<String>> {
    Some(Some(text.to_owned()))
}

#[on_both_databases]
async fn a_new_name_replaces_the_old(db: Database) {
    let server = db.server().start();
    let azuma = server.azuma();
    let neo = Person::named("neo");
    let token = azuma.sign_up(&neo).await;
    azuma.rename(&token, "thomas").await.done(200);
    azuma.login("thomas", &neo.password).await.done(200);
    azuma
        .login("neo", &neo.password)
        .await
        .refused(404, "NOT_FOUND");
    azuma
        .register("neo", "new@example.org", "secret")
        .await
        .done(201);
}

#[on_both_databases]
async fn answers_with_the_user(db: Database) {
    let server = db.server().start();
    let azuma = server.azuma();
    let token = azuma.sign_up(&Person::named("neo")).await;
    let before = azuma.own_user(&token).await.success(200);
    let updated = azuma.rename(&token, "neox").await.success(200);
    assert_eq!(updated.id, before.id);
    assert_eq!(updated.name, "neox");
    assert_eq!(updated.created_at, before.created_at);
    moment(&updated.created_at);
}

#[on_both_databases]
async fn a_user_may_change_the_case_of_their_name(db: Database) {
    let server = db.server().start();
    let azuma = server.azuma();
    let token = azuma.sign_up(&Person::named("neo")).await;
    assert_eq!(azuma.rename(&token, "NEO").await.success(200).name, "NEO");
    assert_eq!(azuma.own_user(&token).await.success(200).name, "NEO");
}

#[on_both_databases]
async fn a_taken_name_is_refused(db: Database) {
    let server = db.server().start();
    let azuma = server.azuma();
    azuma.sign_up(&Person::named("trinity")).await;
    let token = azuma.sign_up(&Person::named("neo")).await;
    azuma
        .rename(&token, "Trinity")
        .await
        .refused(409, "ALREADY_EXISTS");
    assert_eq!(azuma.own_user(&token).await.success(200).name, "neo");
}

#[on_both_databases]
async fn a_taken_email_is_refused(db: Database) {
    let server = db.server().start();
    let azuma = server.azuma();
    let trinity = Person::named("trinity");
    azuma.sign_up(&trinity).await;
    let token = azuma.sign_up(&Person::named("neo")).await;
    let answer = azuma.change_email(&token, &trinity.email).await;
    answer.refused(409, "ALREADY_EXISTS");
}

#[on_both_databases]
async fn an_update_happens_as_a_whole_or_not_at_all(db: Database) {
    let server = db.server().start();
    let azuma = server.azuma();
    azuma.sign_up(&Person::named("trinity")).await;
    let neo = Person::named("neo");
    let token = azuma.sign_up(&neo).await;
    let before = azuma.own_user(&token).await.success(200);
    let update = Update {
        name: some("trinity"),
        password: some("another secret"),
        email: some("new@example.org"),
        icon: some("icon.here"),
        status: some("I'm stuff"),
    };
    azuma
        .update(&token, &update)
        .await
        .refused(409, "ALREADY_EXISTS");
    assert_eq!(azuma.own_user(&token).await.success(200), before);
    azuma.login("neo", &neo.password).await.done(200);
}

#[on_both_databases]
async fn a_bad_field_stops_the_good_ones(db: Database) {
    let server = db.server().start();
    let azuma = server.azuma();
    let token = azuma.sign_up(&Person::named("neo")).await;
    let update = Update {
        name: some("thomas"),
        email: some("no address"),
        ..Update::default()
    };
    azuma
        .update(&token, &update)
        .await
        .refused(400, "BAD_REQUEST");
    assert_eq!(azuma.own_user(&token).await.success(200).name, "neo");
}

#[on_both_databases]
async fn icon_and_status_are_set(db: Database) {
    let server = db.server().start();
    let azuma = server.azuma();
    let token = azuma.sign_up(&Person::named("neo")).await;
    let update = Update {
        icon: some("icon.here"),
        status: some("I'm stuff"),
        ..Update::default()
    };
    azuma.update(&token, &update).await.done(200);
    let user = azuma.own_user(&token).await.success(200);
    assert_eq!(user.icon.as_deref(), Some("icon.here"));
    assert_eq!(user.status.as_deref(), Some("I'm stuff"));
}

#[on_both_databases]
async fn null_clears_icon_and_status(db: Database) {
    let server = db.server().start();
    let azuma = server.azuma();
    let token = azuma.sign_up(&Person::named("neo")).await;
    let update = Update {
        icon: some("icon.here"),
        status: some("I'm stuff"),
        ..Update::default()
    };
    azuma.update(&token, &update).await.done(200);
    let clear = Update {
        icon: Some(None),
        status: Some(None),
        ..Update::default()
    };
    azuma.update(&token, &clear).await.done(200);
    let user = azuma.own_user(&token).await.success(200);
    assert_eq!((user.icon, user.status), (None, None));
}

#[on_both_databases]
async fn fields_left_out_stay(db: Database) {
    let server = db.server().start();
    let azuma = server.azuma();
    let token = azuma.sign_up(&Person::named("neo")).await;
    let update = Update {
        icon: some("icon.here"),
        ..Update::default()
    };
    azuma.update(&token, &update).await.done(200);
    let update = Update {
        status: some("I'm stuff"),
        ..Update::default()
    };
    azuma.update(&token, &update).await.done(200);
    let user = azuma.own_user(&token).await.success(200);
    assert_eq!(user.icon.as_deref(), Some("icon.here"));
    assert_eq!(user.name, "neo");
}

#[on_both_databases]
async fn null_leaves_name_password_and_email_as_they_are(db: Database) {
    let server = db.server().start();
    let azuma = server.azuma();
    let neo = Person::named("neo");
    let token = azuma.sign_up(&neo).await;
    let before = azuma.own_user(&token).await.success(200);
    let update = Update {
        name: Some(None),
        password: Some(None),
        email: Some(None),
        ..Update::default()
    };
    azuma.update(&token, &update).await.done(200);
    assert_eq!(azuma.own_user(&token).await.success(200), before);
    azuma.login("neo", &neo.password).await.done(200);
}

#[on_both_databases]
async fn an_empty_update_succeeds(db: Database) {
    let server = db.server().start();
    let azuma = server.azuma();
    let token = azuma.sign_up(&Person::named("neo")).await;
    let updated = azuma.update(&token, &Update::default()).await.success(200);
    assert_eq!(updated.name, "neo");
}

#[on_both_databases]
async fn needs_a_token(db: Database) {
    let server = db.server().start();
    let request = server.request(reqwest::Method::PATCH, "/user/update");
    request
        .json(&Update::default())
        .send()
        .await
        .challenged(false);
}

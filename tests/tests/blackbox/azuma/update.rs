//! `PATCH /user/update`

use azuma_tests::clients::Update;
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
    let before = azuma.own_user(&token).await.success(200);
    let updated = azuma.rename(&token, "thomas").await.success(200);
    assert_eq!(
        (updated.id, updated.name.as_str(), &updated.created_at),
        (before.id, "thomas", &before.created_at)
    );
    azuma.login("thomas", &neo.password).await.done(200);
    let old = azuma.login("neo", &neo.password).await;
    old.refused(404, "NOT_FOUND");
}

#[on_both_databases]
async fn what_is_taken_is_refused(db: Database) {
    let server = db.server().start();
    let azuma = server.azuma();
    let trinity = Person::named("trinity");
    azuma.sign_up(&trinity).await;
    let token = azuma.sign_up(&Person::named("neo")).await;
    let answer = azuma.rename(&token, "Trinity").await;
    answer.refused(409, "ALREADY_EXISTS");
    let answer = azuma.change_email(&token, &trinity.email).await;
    answer.refused(409, "ALREADY_EXISTS");
    assert_eq!(azuma.own_user(&token).await.success(200).name, "neo");
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
    let answer = azuma.update(&token, &update).await;
    answer.refused(400, "BAD_REQUEST");
    assert_eq!(azuma.own_user(&token).await.success(200).name, "neo");
}

#[on_both_databases]
async fn icon_and_status_are_set_stay_where_they_are_left_out_and_are_cleared_by_null(
    db: Database,
) {
    let server = db.server().start();
    let azuma = server.azuma();
    let token = azuma.sign_up(&Person::named("neo")).await;
    let set_icon = Update {
        icon: some("icon.here"),
        ..Update::default()
    };
    let set_status = Update {
        status: some("I'm stuff"),
        ..Update::default()
    };
    let clear_icon = Update {
        icon: Some(None),
        ..Update::default()
    };
    let clear_status = Update {
        status: Some(None),
        ..Update::default()
    };
    for (update, icon, status) in [
        (set_icon, Some("icon.here"), None),
        (set_status, Some("icon.here"), Some("I'm stuff")),
        (clear_icon, None, Some("I'm stuff")),
        (clear_status, None, None),
    ] {
        azuma.update(&token, &update).await.done(200);
        let user = azuma.own_user(&token).await.success(200);
        assert_eq!(
            (user.icon.as_deref(), user.status.as_deref()),
            (icon, status)
        );
        assert_eq!(user.name, "neo");
    }
}

#[on_both_databases]
async fn null_leaves_name_password_and_email_as_they_are(db: Database) {
    let server = db.server().start();
    let azuma = server.azuma();
    let neo = Person::named("neo");
    let token = azuma.sign_up(&neo).await;
    let before = azuma.own_user(&token).await.success(200);
    let nulls = Update {
        name: Some(None),
        password: Some(None),
        email: Some(None),
        ..Update::default()
    };
    for update in [nulls, Update::default()] {
        azuma.update(&token, &update).await.success(200);
        assert_eq!(azuma.own_user(&token).await.success(200), before);
    }
    azuma.login("neo", &neo.password).await.done(200);
}

//! `PATCH /user/update`

use azuma_tests::clients::Update;
use azuma_tests::people::Person;
use azuma_tests::{Database, on_both_databases};

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
async fn a_new_password_replaces_the_old_and_ends_every_other_session(db: Database) {
    let server = db.server().start();
    let azuma = server.azuma();
    let neo = Person::named("neo");
    let tokens = server.log_in_everywhere(&neo).await;
    let [caller, others @ ..] = &tokens;
    azuma.change_password(caller, "neox").await.done(200);
    for token in others {
        azuma.own_user(token).await.challenged(true);
    }
    azuma.own_user(caller).await.done(200);
    let old = azuma.login(&neo.name, &neo.password).await;
    old.refused(403, "FORBIDDEN");
    azuma.login(&neo.name, "neox").await.done(200);
}

#[on_both_databases]
async fn what_is_taken_or_malformed_is_refused_and_changes_nothing(db: Database) {
    let server = db.server().start();
    let azuma = server.azuma();
    let trinity = Person::named("trinity");
    azuma.sign_up(&trinity).await;
    let token = azuma.sign_up(&Person::named("neo")).await;
    let answer = azuma.rename(&token, "Trinity").await;
    answer.refused(409, "ALREADY_EXISTS");
    let answer = azuma.change_email(&token, &trinity.email).await;
    answer.refused(409, "ALREADY_EXISTS");
    let update = Update::default().name("thomas").email("no address");
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
    let update = Update::default;
    let (icon, status) = ("é".repeat(1_024), "🦀".repeat(256));
    let (icon, status) = (Some(icon.as_str()), Some(status.as_str()));
    for (update, seen) in [
        (update().icon(icon), (icon, None)),
        (update().status(status), (icon, status)),
        (update().icon(None), (None, status)),
        (update().status(None), (None, None)),
    ] {
        azuma.update(&token, &update).await.done(200);
        let user = azuma.own_user(&token).await.success(200);
        assert_eq!((user.icon.as_deref(), user.status.as_deref()), seen);
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
    azuma.sign_in(&neo).await;
}

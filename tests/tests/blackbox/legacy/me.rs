//! `GET /api/me`

use azuma_tests::clients::Update;
use azuma_tests::moments::{expect_in, minutes};
use azuma_tests::people::Person;
use azuma_tests::{Database, on_both_databases};
use time::OffsetDateTime;

#[on_both_databases]
async fn icon_and_status_are_null_at_first(db: Database) {
    let server = db.server().start();
    let session = server.legacy().sign_up(&Person::named("user1")).await;
    let me = server.legacy().me(&session.token).await.success(200);
    assert_eq!(me.name, "user1");
    assert_eq!((me.icon, me.status), (None, None));
}

#[on_both_databases]
async fn shows_icon_and_status(db: Database) {
    let server = db.server().start();
    let session = server.legacy().sign_up(&Person::named("user1")).await;
    let update = Update {
        icon: Some(Some("icon.here".to_owned())),
        status: Some(Some("I'm stuff".to_owned())),
        ..Update::default()
    };
    server
        .azuma()
        .update(&session.token, &update)
        .await
        .done(200);
    let me = server.legacy().me(&session.token).await.success(200);
    assert_eq!(me.icon.as_deref(), Some("icon.here"));
    assert_eq!(me.status.as_deref(), Some("I'm stuff"));
}

#[on_both_databases]
async fn the_object_id_is_that_of_the_login(db: Database) {
    let server = db.server().start();
    let session = server.legacy().sign_up(&Person::named("user1")).await;
    let me = server.legacy().me(&session.token).await.success(200);
    assert_eq!(me._id, session.userid);
}

#[on_both_databases]
async fn the_object_id_is_the_same_for_ever(db: Database) {
    let mut server = db.server().start();
    let neo = Person::named("neo");
    let token = server.azuma().sign_up(&neo).await;
    let seen = server.legacy().me(&token).await.success(200)._id;
    server.azuma().rename(&token, "thomas").await.done(200);
    server.restart().await;
    let session = server
        .legacy()
        .login("thomas", &neo.password)
        .await
        .success(200);
    assert_eq!(session.userid, seen);
    assert_eq!(server.legacy().me(&token).await.success(200)._id, seen);
}

#[on_both_databases]
async fn the_object_id_begins_with_the_time_of_creation(db: Database) {
    let server = db.server().start();
    let session = server.legacy().sign_up(&Person::named("user1")).await;
    let seconds = i64::from_str_radix(&session.userid.oid[..8], 16).unwrap();
    expect_in(
        minutes(0),
        OffsetDateTime::from_unix_timestamp(seconds).unwrap(),
    );
}

#[on_both_databases]
async fn object_ids_differ(db: Database) {
    let server = db.server().start();
    let first = server.legacy().sign_up(&Person::named("user1")).await;
    let second = server.legacy().sign_up(&Person::named("user2")).await;
    assert_ne!(first.userid.oid[8..], second.userid.oid[8..]);
}

#[on_both_databases]
async fn needs_a_token(db: Database) {
    let server = db.server().start();
    let answer = server.request(reqwest::Method::GET, "/api/me").send().await;
    answer.refused_with_code(401, "UNAUTHORIZED");
    answer.challenged(false);
}

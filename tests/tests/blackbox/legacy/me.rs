//! `GET /api/me`

use azuma_tests::moments::{expect_in, minutes};
use azuma_tests::people::Person;
use azuma_tests::{Database, on_both_databases};
use time::OffsetDateTime;

#[on_both_databases]
async fn shows_a_new_user(db: Database) {
    let server = db.server().start();
    let session = server.legacy().sign_up(&Person::named("user1")).await;
    let me = server.legacy().me(&session.token).await.success(200);
    assert_eq!((me._id, me.name.as_str()), (session.userid, "user1"));
    assert_eq!((me.icon, me.status), (None, None));
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

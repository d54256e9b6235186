//! `GET /api/`, `POST /api/register`, `POST /api/login` and `GET /api/me`

use azuma_tests::moments::{days, expect_in, moment};
use azuma_tests::people::Person;
use azuma_tests::shapes::{is_legacy_token, is_object_id};
use azuma_tests::{Database, on_both_databases};

#[on_both_databases]
async fn tells_its_version(db: Database) {
    let server = db.server().start();
    let legacy = server.legacy();
    for answer in [legacy.version().await, legacy.version_without_slash().await] {
        assert_eq!(answer.success(200).version, env!("CARGO_PKG_VERSION"));
    }
}

#[on_both_databases]
async fn registration_and_login_answer_with_sessions_of_one_user_and_no_cookie(db: Database) {
    let server = db.server().start();
    let legacy = server.legacy();
    let registration = legacy.register("user1", "user1").await;
    let login = legacy.login("user1", "user1").await;
    for answer in [&registration, &login] {
        let session = answer.success(200);
        assert!(is_legacy_token(&session.token), "{}", session.token);
        assert!(is_object_id(&session.userid.oid), "{}", session.userid.oid);
        expect_in(days(30), moment(&session.expiration));
        assert_eq!(answer.header("Set-Cookie"), None);
        assert_eq!(answer.header("Azuma-Session"), None);
        let me = legacy.me(&session.token).await.success(200);
        assert_eq!((me._id, me.name.as_str()), (session.userid, "user1"));
        assert_eq!((me.icon, me.status), (None, None));
    }
    let (first, second) = (registration.success(200), login.success(200));
    assert_ne!(first.token, second.token);
    assert_eq!(first.userid, second.userid);
}

#[on_both_databases]
async fn refusals_say_why(db: Database) {
    let server = db.server().start();
    let legacy = server.legacy();
    legacy.sign_up(&Person::named("user1")).await;
    let taken = legacy.register("USER1", "secret").await;
    taken.refused_with_code(409, "ALREADY_EXISTS");
    let wrong = legacy.login("user1", "wrong").await;
    wrong.refused_with_code(401, "UNAUTHORIZED");
    let unknown = legacy.login("nobody", "secret").await;
    unknown.refused_with_code(404, "NOT_FOUND");
}

#[on_both_databases]
async fn the_object_id_is_the_same_for_ever(db: Database) {
    let mut server = db.server().start();
    let neo = Person::named("neo");
    let token = server.azuma().sign_up(&neo).await;
    let seen = server.legacy().me(&token).await.success(200)._id;
    server.azuma().rename(&token, "thomas").await.done(200);
    server.restart().await;
    let login = server.legacy().login("thomas", &neo.password).await;
    assert_eq!(login.success(200).userid, seen);
    assert_eq!(server.legacy().me(&token).await.success(200)._id, seen);
}

//! `GET /api/`, `POST /api/register` and `POST /api/login`

use azuma_tests::clients::{Answer, LegacySession};
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

fn expect_session(session: &LegacySession) {
    assert!(is_legacy_token(&session.token), "{}", session.token);
    assert!(is_object_id(&session.userid.oid), "{}", session.userid.oid);
    expect_in(days(30), moment(&session.expiration));
}

#[on_both_databases]
async fn registration_answers_with_a_session(db: Database) {
    let server = db.server().start();
    let session = server.legacy().sign_up(&Person::named("user2")).await;
    expect_session(&session);
    assert_eq!(
        server.legacy().me(&session.token).await.success(200).name,
        "user2"
    );
}

#[on_both_databases]
async fn login_answers_with_a_session_of_the_same_user(db: Database) {
    let server = db.server().start();
    let user1 = Person::named("user1");
    let first = server.legacy().sign_up(&user1).await;
    let second = server.legacy().sign_in(&user1).await;
    expect_session(&second);
    assert_ne!(first.token, second.token);
    assert_eq!(first.userid, second.userid);
}

#[on_both_databases]
async fn entering_sets_no_cookie(db: Database) {
    let server = db.server().start();
    let silent = |answer: Answer<LegacySession>| {
        answer.success(answer.status);
        assert_eq!(answer.header("Set-Cookie"), None);
        assert_eq!(answer.header("Azuma-Session"), None);
    };
    silent(server.legacy().register("user1", "user1").await);
    silent(server.legacy().login("user1", "user1").await);
}

#[on_both_databases]
async fn a_taken_name_is_refused(db: Database) {
    let server = db.server().start();
    server.legacy().sign_up(&Person::named("user1")).await;
    let answer = server.legacy().register("USER1", "secret").await;
    answer.refused_with_code(409, "ALREADY_EXISTS");
}

#[on_both_databases]
async fn a_login_says_why_it_refuses(db: Database) {
    let server = db.server().start();
    let legacy = server.legacy();
    legacy.sign_up(&Person::named("user1")).await;
    let wrong = legacy.login("user1", "wrong").await;
    wrong.refused_with_code(401, "UNAUTHORIZED");
    let unknown = legacy.login("nobody", "secret").await;
    unknown.refused_with_code(404, "NOT_FOUND");
}

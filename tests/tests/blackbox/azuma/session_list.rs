//! `GET /user/sessions`

use azuma_tests::clients::{Issued, Session};
use azuma_tests::moments::{days, expect_in, minutes, moment};
use azuma_tests::people::Person;
use azuma_tests::shapes::is_uuid;
use azuma_tests::{Database, on_both_databases};
use reqwest::Method;
use serde_json::json;

#[on_both_databases]
async fn lists_the_newest_first_and_tells_which_one_asks(db: Database) {
    let server = db.server().start();
    let azuma = server.azuma();
    let neo = Person::named("neo");
    let tokens = [
        azuma.sign_up(&neo).await,
        server.legacy().sign_in(&neo).await.token,
        server.account().sign_in(&neo).await,
    ];
    let mut ids = Vec::new();
    for token in tokens.iter().rev() {
        ids.push(azuma.current_session(token).await.id);
    }
    let listed: Vec<Session> = azuma.list_sessions(&tokens[0]).await;
    let current: Vec<_> = listed.iter().map(|session| session.current).collect();
    assert_eq!(current, [false, false, true]);
    let listed: Vec<_> = listed.into_iter().map(|session| session.id).collect();
    assert_eq!(listed, ids);
    assert!(listed.iter().all(|id| is_uuid(id)), "{listed:?}");
}

#[on_both_databases]
async fn tells_the_times_of_a_session_and_who_uses_it(db: Database) {
    let server = db.server().start();
    let azuma = server.azuma();
    let neo = Person::named("neo");
    azuma.sign_up(&neo).await;
    let body = json!({"name": neo.name, "password": neo.password});
    let login = server.request(Method::POST, "/user/login").json(&body);
    let token = login.receive::<Issued>().await.success(200).token;
    let session = azuma.current_session(&token).await;
    assert_eq!(session.user_agent.as_deref(), Some("azuma-tests"));
    assert_eq!(session.ip.as_deref(), Some("127.0.0.1"));
    expect_in(minutes(0), moment(&session.created_at));
    let last_use = session.last_used_at.expect("asking is a use");
    expect_in(minutes(0), moment(&last_use));
    expect_in(days(14), moment(&session.expires_at));
}

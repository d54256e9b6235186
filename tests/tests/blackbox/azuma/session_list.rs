//! `GET /user/sessions`

use azuma_tests::moments::{days, expect_in, minutes, moment};
use azuma_tests::people::Person;
use azuma_tests::shapes::is_uuid;
use azuma_tests::{Database, on_both_databases};
use serde_json::json;

#[on_both_databases]
async fn lists_the_newest_first(db: Database) {
    let server = db.server().start();
    let azuma = server.azuma();
    let neo = Person::named("neo");
    let mut tokens = vec![azuma.sign_up(&neo).await];
    for _ in 0..3 {
        tokens.push(azuma.sign_in(&neo).await);
    }
    let mut ids = Vec::new();
    for token in tokens.iter().rev() {
        ids.push(azuma.current_session(token).await.id);
    }
    let listed = azuma.list_sessions(&tokens[0]).await;
    let listed: Vec<_> = listed.into_iter().map(|session| session.id).collect();
    assert_eq!(listed, ids);
    assert!(listed.iter().all(|id| is_uuid(id)), "{listed:?}");
}

#[on_both_databases]
async fn tells_which_session_asks(db: Database) {
    let server = db.server().start();
    let azuma = server.azuma();
    let neo = Person::named("neo");
    let older = azuma.sign_up(&neo).await;
    let newer = azuma.sign_in(&neo).await;
    let current = |sessions: Vec<azuma_tests::clients::Session>| -> Vec<bool> {
        sessions.iter().map(|session| session.current).collect()
    };
    assert_eq!(current(azuma.list_sessions(&older).await), [false, true]);
    assert_eq!(current(azuma.list_sessions(&newer).await), [true, false]);
}

#[on_both_databases]
async fn tells_the_times_of_a_session(db: Database) {
    let server = db.server().start();
    let azuma = server.azuma();
    let token = azuma.sign_up(&Person::named("neo")).await;
    let session = azuma.current_session(&token).await;
    expect_in(minutes(0), moment(&session.created_at));
    let last_use = session.last_used_at.expect("asking is a use");
    expect_in(minutes(0), moment(&last_use));
    expect_in(days(14), moment(&session.expires_at));
}

#[on_both_databases]
async fn tells_who_uses_a_session(db: Database) {
    let server = db.server().start();
    let azuma = server.azuma();
    azuma.sign_up(&Person::named("neo")).await;
    let body = json!({"name": "neo", "password": Person::named("neo").password});
    let login = server
        .request(reqwest::Method::POST, "/user/login")
        .json(&body);
    let token = login
        .receive::<azuma_tests::clients::Issued>()
        .await
        .success(200)
        .token;
    let session = azuma.current_session(&token).await;
    assert_eq!(session.user_agent.as_deref(), Some("azuma-tests"));
    assert_eq!(session.ip.as_deref(), Some("127.0.0.1"));
}

#[on_both_databases]
async fn lists_the_sessions_of_every_dialect(db: Database) {
    let server = db.server().start();
    let azuma = server.azuma();
    let neo = Person::named("neo");
    let token = azuma.sign_up(&neo).await;
    server.legacy().sign_in(&neo).await;
    server.account().sign_in(&neo).await;
    assert_eq!(azuma.list_sessions(&token).await.len(), 3);
}

#[on_both_databases]
async fn lists_the_users_own_sessions_alone(db: Database) {
    let server = db.server().start();
    let azuma = server.azuma();
    azuma.sign_up(&Person::named("trinity")).await;
    let neo = azuma.sign_up(&Person::named("neo")).await;
    assert_eq!(azuma.list_sessions(&neo).await.len(), 1);
}

#[on_both_databases]
async fn an_ended_session_is_not_listed(db: Database) {
    let server = db.server().start();
    let azuma = server.azuma();
    let neo = Person::named("neo");
    let token = azuma.sign_up(&neo).await;
    let other = azuma.sign_in(&neo).await;
    azuma.logout(&other).await.done(204);
    assert_eq!(azuma.list_sessions(&token).await.len(), 1);
}

#[on_both_databases]
async fn an_expired_session_is_not_listed(db: Database) {
    let server = db
        .server()
        .set("sessions.sliding.first_use_within", "1s")
        .start();
    let azuma = server.azuma();
    let neo = Person::named("neo");
    let token = azuma.sign_up(&neo).await;
    azuma.own_user(&token).await.done(200);
    azuma.sign_in(&neo).await;
    azuma_tests::moments::outwait(std::time::Duration::from_secs(1)).await;
    assert_eq!(azuma.list_sessions(&token).await.len(), 1);
}

#[on_both_databases]
async fn needs_a_token(db: Database) {
    let server = db.server().start();
    let request = server.request(reqwest::Method::GET, "/user/sessions");
    request.send().await.challenged(false);
}

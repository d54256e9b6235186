//! Checks by memory, and by the server.

use azuma_client::Token;
use azuma_tests::Database;
use azuma_tests::clients::Update;
use azuma_tests::deadline::Deadline;
use azuma_tests::people::Person;
use azuma_tests::server::Server;
use tokio::task::JoinSet;

use super::{remembered, service_of, sessions_at, sessions_of};

/// How many requests of this route were logged until now.
async fn requests(server: &Server, route: &str) -> usize {
    let count = |route: &str| {
        let output = server.output();
        output.lines().filter(|line| line.contains(route)).count()
    };
    // The log is written later, in order.
    let before = count("/livez");
    server.get("/livez").send().await.done(200);
    let deadline = Deadline::in_seconds(30);
    while count("/livez") == before {
        assert!(!deadline.is_over(), "requests are not logged");
        deadline.step().await;
    }
    count(route)
}

#[tokio::test]
async fn a_live_token_is_answered_by_memory_while_the_server_stands_still() {
    let server = Database::Sqlite.server().start();
    let azuma = server.azuma();
    let token = azuma.sign_up(&Person::named("neo")).await;
    let user = azuma.own_user(&token).await.success(200);
    let sessions = sessions_of(&server);
    let token = Token::new(token);
    remembered(&sessions, &token).await;
    server.pause();
    let session = sessions.check(&token).await.unwrap().unwrap();
    server.proceed();
    assert_eq!(session.user.id.to_string(), user.id);
    assert_eq!(session.user.name, Some(user.name));
}

#[tokio::test]
async fn what_is_no_token_is_nobodys() {
    let server = Database::Sqlite.server().start();
    let sessions = sessions_of(&server);
    let long = "a".repeat(100_000);
    for text in ["", "neo", "\0", "\u{1f407}", &long] {
        assert!(sessions.check(&Token::new(text)).await.unwrap().is_none());
    }
}

#[tokio::test]
async fn a_new_name_is_seen() {
    let server = Database::Sqlite.server().start();
    let token = server.azuma().sign_up(&Person::named("neo")).await;
    let sessions = sessions_of(&server);
    remembered(&sessions, &Token::new(token.as_str())).await;
    let update = Update::default().name("trinity");
    server.azuma().update(&token, &update).await.done(200);
    let deadline = Deadline::in_seconds(30);
    let is_new = async || {
        let session = sessions.check(&Token::new(token.as_str())).await.unwrap();
        session.unwrap().user.name.as_deref() == Some("trinity")
    };
    while !is_new().await {
        assert!(!deadline.is_over(), "the old name stays");
        deadline.step().await;
    }
}

#[tokio::test]
async fn simultaneous_checks_share_requests() {
    let server = Database::Sqlite.server();
    let server = server.set("telemetry.access_log", "true").start();
    let token = server.azuma().sign_up(&Person::named("neo")).await;
    let sessions = sessions_of(&server);
    let mut checks = JoinSet::new();
    for number in 0..1_500 {
        let (sessions, token) = (sessions.clone(), Token::new(token.as_str()));
        checks.spawn(async move {
            let token = match number % 2 {
                0 => token,
                _ => Token::new(format!("nobody{number}")),
            };
            sessions.check(&token).await.unwrap().is_some()
        });
    }
    let live = checks.join_all().await;
    assert_eq!(live.into_iter().filter(|live| *live).count(), 750);
    // 751 tokens.
    assert_eq!(requests(&server, "/service/check").await, 1);
}

#[tokio::test]
async fn uses_in_memory_are_reported_once() {
    let server = Database::Sqlite.server();
    let server = server.set("telemetry.access_log", "true").start();
    let mut tokens = Vec::new();
    for name in ["neo", "trinity"] {
        let token = server.azuma().sign_up(&Person::named(name)).await;
        tokens.push(Token::new(token));
    }
    let sessions = sessions_of(&server);
    for token in &tokens {
        remembered(&sessions, token).await;
    }
    let before = requests(&server, "/service/check").await;
    sessions.report_uses().await.unwrap();
    sessions.report_uses().await.unwrap();
    assert_eq!(requests(&server, "/service/check").await, before + 1);
}

#[tokio::test]
async fn a_service_that_was_revoked_is_told_so() {
    let server = Database::Sqlite.server().start();
    let token = server.azuma().sign_up(&Person::named("neo")).await;
    let sessions = sessions_at(server.address(), &service_of(&server));
    server.setup().run(&["service", "revoke", "chat"]).success();
    let unavailable = sessions.check(&Token::new(token)).await.unwrap_err();
    let refusal = unavailable.reason().refusal().expect("a refusal");
    assert_eq!(refusal.code, azuma_client::Code::Unauthorized);
}

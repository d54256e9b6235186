//! The client walks through each dialect.

use azuma_client::azuma::{Logout, Update};
use azuma_client::service::{CheckedToken, Use};
use azuma_client::{Code, Session};
use azuma_tests::Database;

use super::{seen, service_of};

#[tokio::test]
async fn azuma() {
    let server = Database::Sqlite.server().start();
    let azuma = seen(server.address()).azuma();
    assert!(!azuma.index().await.unwrap().version.is_empty());
    let registered = azuma.register("neo", "neo@example.org", "swordfish");
    let token = registered.await.unwrap().token.expect("a token");
    let session = Session::new(token);
    let again = azuma.register("neo", "neo@example.org", "swordfish").await;
    let again = again.unwrap_err();
    assert_eq!(again.refusal().unwrap().code, Code::AlreadyExists);
    let wrong = azuma.login("neo", "sword").await.unwrap_err();
    assert_eq!(wrong.refusal().unwrap().code, Code::Forbidden);

    let update = Update::new().name("trinity").status(Some("out"));
    let updated = azuma.update(&session, &update).await.unwrap();
    let user = azuma.own_user(&session).await.unwrap();
    assert_eq!((updated.id, user.name.as_str()), (user.id, "trinity"));
    let other = azuma.user(&session, user.id).await.unwrap();
    assert_eq!(other.status.as_deref(), Some("out"));
    let listed = azuma.sessions(&session).await.unwrap().sessions;
    assert!(listed.len() == 1 && listed[0].current);
    azuma.logout(&session, Logout::Here).await.unwrap();
    let over = azuma.own_user(&session).await.unwrap_err();
    assert_eq!(over.refusal().unwrap().status, 401);
}

#[tokio::test]
async fn legacy_goes_on_with_the_next_token() {
    let server = Database::Sqlite.server();
    let server = server.set("sessions.rotating.renew_within", "30d").start();
    let legacy = seen(server.address()).legacy();
    let issued = legacy.register("neo", "swordfish").await.unwrap();
    let first = issued.token.expect("a token");
    let session = Session::new(first.clone());
    assert_eq!(legacy.me(&session).await.unwrap().name, "neo");
    let second = session.token();
    assert_ne!(first, second, "the answer brought the next token");
    legacy.me(&session).await.unwrap();
    assert_ne!(
        second,
        session.token(),
        "the next token was used, and has a next one"
    );
}

#[tokio::test]
async fn account_and_service() {
    let server = Database::Sqlite.server().start();
    let client = seen(server.address());
    let token = client
        .azuma()
        .register("neo", "neo@example.org", "swordfish")
        .await;
    let first = Session::new(token.unwrap().token.expect("a token"));
    let account = client.account();
    let session = account.authenticate("neo", "swordfish").await.unwrap();
    let session = Session::new(session.token);
    let tokens = account.tokens(&session).await.unwrap().tokens;
    assert_eq!(tokens.len(), 2);

    let service = client.service(service_of(&server));
    let both = [first.token(), session.token()];
    let before = service.position().await.unwrap().position;
    account
        .delete_token(&session, &first.token())
        .await
        .unwrap();
    let checked = service.check(&both, Use::Peek).await.unwrap();
    let [CheckedToken::NotLive, CheckedToken::Live(live)] = &checked.answers[..] else {
        panic!("{:?}", checked.answers);
    };
    let told = service
        .introspect(&session.token(), Use::Peek)
        .await
        .unwrap();
    assert_eq!(
        (told.active, told.sub, told.sid),
        (true, Some(live.user.id), Some(live.id))
    );
    let changes = service.changes(&before, std::time::Duration::from_secs(30));
    assert_eq!(changes.await.unwrap().changes.len(), 1);
    let users = service.users(&[live.user.id]).await.unwrap().users;
    assert_eq!(users[0].name, "neo");
}

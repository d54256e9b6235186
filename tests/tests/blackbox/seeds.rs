//! The examples of the seeds, as they stand there, on the default configuration.

use azuma_tests::clients::{Index, Issued, LegacySession, Me, OwnUser, Updated, Version};
use azuma_tests::moments::moment;
use azuma_tests::server::Server;
use azuma_tests::shapes::{is_legacy_token, is_object_id, is_uuid};
use azuma_tests::{Database, on_both_databases};
use reqwest::Method;

async fn enter<T: serde::de::DeserializeOwned>(
    server: &Server,
    path: &str,
    body: &str,
    status: u16,
) -> T {
    let request = server.request(Method::POST, path).json_text(body);
    request.receive::<T>().await.success(status)
}

#[on_both_databases]
async fn seed_000_the_index(db: Database) {
    let server = db.server_with_defaults().start();
    let index: Index = server
        .request(Method::GET, "/")
        .receive()
        .await
        .success(200);
    assert_eq!(index.name, "azumaneo");
    assert_eq!(index.license, "AGPL-3.0-or-later");
}

const JOHN: &str = r#"{
  "name": "John",
  "email": "john.doe@oneshot.cam",
  "password": "oneshot_secret"
}"#;

#[on_both_databases]
async fn seed_000_a_token_in_its_header(db: Database) {
    let server = db.server_with_defaults().start();
    let issued: Issued = enter(&server, "/users", JOHN, 201).await;
    let request = server.request(Method::GET, "/user/self");
    let request = request.header("Authorization", format!("Bearer {}", issued.token));
    let user: OwnUser = request.receive().await.success(200);
    assert!(is_uuid(&user.id), "{}", user.id);
    assert_eq!(user.name, "John");
    assert_eq!(user.email.as_deref(), Some("john.doe@oneshot.cam"));
}

#[on_both_databases]
async fn seed_002_both_carriers(db: Database) {
    let server = db.server_with_defaults().start();
    let body = r#"{"name": "user1", "password": "user1"}"#;
    let session: LegacySession = enter(&server, "/api/register", body, 200).await;
    let request = server.request(Method::GET, "/api/me");
    request
        .header("Azuma-Session", &session.token)
        .send()
        .await
        .done(200);
    let request = server.request(Method::GET, "/api/me");
    let cookie = format!("azuma_session={}", session.token);
    request.header("Cookie", cookie).send().await.done(200);
}

#[on_both_databases]
async fn seed_002_login_and_me(db: Database) {
    let server = db.server_with_defaults().start();
    let body = r#"{
    "name": "user1",
    "password": "user1"
}"#;
    let _: LegacySession = enter(&server, "/api/register", body, 200).await;
    let session: LegacySession = enter(&server, "/api/login", body, 200).await;
    assert!(is_legacy_token(&session.token), "{}", session.token);
    moment(&session.expiration);

    let update = r#"{"icon": "icon.here", "status": "I'm stuff"}"#;
    let request = server
        .request(Method::PATCH, "/user/update")
        .bearer(&session.token);
    request.json_text(update).send().await.done(200);
    let request = server
        .request(Method::GET, "/api/me")
        .header("Azuma-Session", &session.token);
    let me: Me = request.receive().await.success(200);
    let expected = Me {
        _id: session.userid,
        name: "user1".to_owned(),
        icon: Some("icon.here".to_owned()),
        status: Some("I'm stuff".to_owned()),
    };
    assert_eq!(me, expected);
}

#[on_both_databases]
async fn seed_002_registration(db: Database) {
    let server = db.server_with_defaults().start();
    let body = r#"{
    "name": "user2",
    "password": "user2"
}"#;
    let session: LegacySession = enter(&server, "/api/register", body, 200).await;
    assert!(is_legacy_token(&session.token), "{}", session.token);
    assert!(is_object_id(&session.userid.oid), "{}", session.userid.oid);
    moment(&session.expiration);
}

#[on_both_databases]
async fn seed_002_version(db: Database) {
    let server = db.server_with_defaults().start();
    let version: Version = server
        .request(Method::GET, "/api/")
        .receive()
        .await
        .success(200);
    assert!(!version.version.is_empty(), "a version");
}

#[on_both_databases]
async fn seed_003_an_account_from_registration_to_deletion(db: Database) {
    let server = db.server_with_defaults().start();
    let account = server.account();
    account
        .register("john", "oneshot_secret", "john.doe@oneshot.cam")
        .await
        .done(200);
    account
        .authenticate("john", "oneshot_secret")
        .await
        .refused(424, "NOT_VERIFIED");
    let link = server.mail().first_to("john.doe@oneshot.cam").await.token();
    account.verify(&link).await.done(200);
    let token = account
        .authenticate("john", "oneshot_secret")
        .await
        .success(200)
        .token;
    let other = account
        .authenticate("john", "oneshot_secret")
        .await
        .success(200)
        .token;
    assert_eq!(account.list_tokens(&token).await.len(), 2);
    account.delete_token(&token, &other).await.done(200);
    assert_eq!(account.list_tokens(&token).await, [token.as_str()]);
    account.delete(&token).await.done(200);
    account
        .authenticate("john", "oneshot_secret")
        .await
        .refused(404, "NOT_FOUND");
}

#[on_both_databases]
async fn seed_004_registration(db: Database) {
    let server = db.server_with_defaults().start();
    let issued: Issued = enter(&server, "/users", JOHN, 201).await;
    assert!(is_uuid(&issued.token), "{}", issued.token);
    let request = server.request(Method::POST, "/users").json_text(JOHN);
    request.send().await.refused(409, "ALREADY_EXISTS");
}

const AZUMA: &str = r#"{
  "name": "azuma",
  "password": "neo"
}"#;

#[on_both_databases]
async fn seed_004_login(db: Database) {
    let server = db.server_with_defaults().start();
    let request = server.request(Method::POST, "/user/login").json_text(AZUMA);
    request.send().await.refused(404, "NOT_FOUND");
    server
        .azuma()
        .register("azuma", "azuma@oneshot.cam", "neo")
        .await
        .done(201);
    let issued: Issued = enter(&server, "/user/login", AZUMA, 200).await;
    assert!(is_uuid(&issued.token), "{}", issued.token);
    server
        .azuma()
        .login("azuma", "oneshot_secret")
        .await
        .refused(403, "FORBIDDEN");
}

#[on_both_databases]
async fn seed_004_update(db: Database) {
    let server = db.server_with_defaults().start();
    server
        .azuma()
        .register("azuma", "azuma@oneshot.cam", "neo")
        .await
        .done(201);
    let issued: Issued = enter(&server, "/user/login", AZUMA, 200).await;
    let body = r#"{
  "name": "azumax",
  "password": "neox"
}"#;
    let request = server
        .request(Method::PATCH, "/user/update")
        .bearer(&issued.token);
    let updated: Updated = request.json_text(body).receive().await.success(200);
    assert!(is_uuid(&updated.id), "{}", updated.id);
    assert_eq!(updated.name, "azumax");
    moment(&updated.created_at);
    server.azuma().login("azumax", "neox").await.done(200);
}

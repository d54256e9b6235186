//! The log holds no password and no token.

use azuma_tests::people::Person;
use azuma_tests::{Database, on_both_databases};
use reqwest::Method;
use serde_json::json;

#[track_caller]
fn expect_absent(output: &str, secrets: &[&str]) {
    for secret in secrets {
        assert!(!output.contains(secret), "{secret} in: {output}");
    }
}

#[on_both_databases]
async fn what_succeeds_leaves_no_secret(db: Database) {
    let mut server = db
        .server()
        .set("sessions.rotating.renew_within", "30d")
        .start();
    let neo = Person::named("neo");
    let account = server.account();
    let link = account.request_account(&neo, &server.mail()).await;
    server
        .request(Method::GET, &format!("/verify?token={link}"))
        .send()
        .await
        .done(200);
    account.verify(&link).await.done(200);
    let uuid = account.sign_in(&neo).await;
    let legacy = server.legacy().sign_in(&neo).await.token;
    let next = server
        .legacy()
        .me(&legacy)
        .await
        .next_token()
        .expect("a next token");
    server.legacy().me_by_cookie(&next).await.done(200);
    let doomed = server.azuma().sign_in(&neo).await;
    account.delete_token(&uuid, &doomed).await.done(200);
    server
        .azuma()
        .change_password(&uuid, "another-secret")
        .await
        .done(200);
    server.azuma().delete_self(&uuid).await.done(204);
    server.terminate().await;
    let secrets = [
        &neo.password,
        "another-secret",
        &link,
        &uuid,
        &legacy,
        &next,
        &doomed,
    ];
    expect_absent(&server.output(), &secrets);
}

#[on_both_databases]
async fn what_is_refused_leaves_no_secret(db: Database) {
    let mut server = db.server().start();
    let neo = Person::named("neo");
    let ended = server.azuma().sign_up(&neo).await;
    server.azuma().logout(&ended).await.done(204);
    server.azuma().own_user(&ended).await.challenged(true);
    server.legacy().me(&ended).await.challenged(true);
    server.legacy().me_by_cookie(&ended).await.challenged(true);
    server
        .azuma()
        .login(&neo.name, "wrong-guess")
        .await
        .done(403);
    server
        .azuma()
        .register(&neo.name, &neo.email, "taken-secret")
        .await
        .done(409);
    let broken = r#"{"name": "neo", "password": "broken-secret""#;
    for path in ["/users", "/user/login", "/api/login", "/account/register"] {
        server
            .request(Method::POST, path)
            .json_text(broken)
            .send()
            .await
            .done(400);
    }
    let mistyped = json!({"name": "neo", "password": ["mistyped-secret"]});
    server
        .request(Method::POST, "/user/login")
        .json(&mistyped)
        .send()
        .await
        .done(400);
    let malformed = server
        .request(Method::GET, "/user/self")
        .bearer("malformed-secret");
    malformed.send().await.done(401);
    server
        .account()
        .verify("unknown-link-secret")
        .await
        .done(404);
    server.terminate().await;
    let secrets = [
        &neo.password,
        &ended,
        "wrong-guess",
        "taken-secret",
        "broken-secret",
        "mistyped-secret",
        "malformed-secret",
        "unknown-link-secret",
    ];
    expect_absent(&server.output(), &secrets);
}

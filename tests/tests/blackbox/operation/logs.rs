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
    let setup = db.server().set("sessions.rotating.renew_within", "30d");
    let mut server = setup.start();
    let neo = Person::named("neo");
    let (azuma, account) = (server.azuma(), server.account());
    let link = account.request_account(&neo, &server.mail()).await;
    let page = server.get(&format!("/verify?token={link}")).send().await;
    page.done(200);
    account.verify(&link).await.done(200);
    let uuid = account.sign_in(&neo).await;
    let legacy = server.legacy().sign_in(&neo).await.token;
    let next = server.legacy().me(&legacy).await.next_token();
    let next = next.expect("a next token");
    server.legacy().me_by_cookie(&next).await.done(200);
    let doomed = azuma.sign_in(&neo).await;
    account.delete_token(&uuid, &doomed).await.done(200);
    let changed = azuma.change_password(&uuid, "another-secret").await;
    changed.done(200);
    azuma.delete_self(&uuid).await.done(204);
    server.terminate().await;
    let tokens = [&link, &uuid, &legacy, &next, &doomed];
    let secrets = [&neo.password, "another-secret"];
    expect_absent(&server.output(), &tokens.map(String::as_str));
    expect_absent(&server.output(), &secrets);
}

#[on_both_databases]
async fn what_is_refused_leaves_no_secret(db: Database) {
    let mut server = db.server().start();
    let (azuma, legacy) = (server.azuma(), server.legacy());
    let neo = Person::named("neo");
    let ended = azuma.sign_up(&neo).await;
    azuma.logout(&ended).await.done(204);
    azuma.own_user(&ended).await.challenged(true);
    legacy.me(&ended).await.challenged(true);
    legacy.me_by_cookie(&ended).await.challenged(true);
    azuma.login(&neo.name, "wrong-guess").await.done(403);
    let taken = azuma.register(&neo.name, &neo.email, "taken-secret");
    taken.await.done(409);
    let broken = r#"{"name": "neo", "password": "broken-secret""#;
    for path in ["/users", "/user/login", "/api/login", "/account/register"] {
        let request = server.request(Method::POST, path).json_text(broken);
        request.send().await.done(400);
    }
    let mistyped = json!({"name": "neo", "password": ["mistyped-secret"]});
    let login = server.post("/user/login", &mistyped);
    login.send().await.done(400);
    azuma.own_user("malformed-secret").await.done(401);
    let link = server.account().verify("unknown-link-secret").await;
    link.done(404);
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

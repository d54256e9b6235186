//! Second factors: set up in `azuma`, asked for at the logins of all dialects.

use azuma_tests::authenticator::code;
use azuma_tests::clients::{Answer, ApiError, Request};
use azuma_tests::people::Person;
use azuma_tests::server::Server;
use azuma_tests::{Database, on_both_databases};
use reqwest::Method;
use serde_json::{Value, json};

const FACTOR: &str = "/user/factors/totp";

fn post(server: &Server, path: &str) -> Request {
    server.request(Method::POST, path)
}

/// Sets a factor up with a code that an app would show, and returns the recovery codes.
async fn set_up(server: &Server, token: &str) -> Vec<String> {
    let begun = post(server, FACTOR).bearer(token).receive::<Value>();
    let begun = begun.await.success(201);
    let url = begun["url"].as_str().expect("a URL");
    assert!(
        url.starts_with("otpauth://totp/azumaneo:neo?secret="),
        "{url}"
    );
    let secret = begun["secret"].as_str().expect("a secret");
    assert_eq!(secret.len(), 32, "20 bytes in base 32");
    let wrong = post(server, "/user/factors/totp/confirm").bearer(token);
    let wrong = wrong.json(&json!({"otp": "nonsense"})).send().await;
    wrong.refused(403, "FORBIDDEN");
    let otp = code(secret, 0);
    let confirm = post(server, "/user/factors/totp/confirm").bearer(token);
    let confirmed = confirm.json(&json!({"otp": otp})).receive::<Value>().await;
    let codes = confirmed.success(200);
    let codes = codes["recovery_codes"].as_array().expect("codes");
    codes
        .iter()
        .map(|code| code.as_str().expect("a code").to_owned())
        .collect()
}

fn asked_for(answer: &Answer<ApiError>, status: u16) {
    assert_eq!(answer.status, status, "{}", answer.text());
    assert_eq!(answer.header("Azuma-OTP"), Some("required; totp"));
}

#[on_both_databases]
async fn every_dialect_asks_for_a_code_and_takes_it_in_header_or_body(db: Database) {
    let server = db.server().start();
    let neo = Person::named("neo");
    let token = server.azuma().sign_up(&neo).await;
    let codes = set_up(&server, &token).await;
    assert_eq!(codes.len(), 10);
    let mut codes = codes.iter();
    for (path, name, status) in [
        ("/user/login", "name", 403),
        ("/api/login", "name", 401),
        ("/account/authenticate", "username", 401),
    ] {
        let body = |otp: Option<&str>| {
            let mut body = json!({"password": neo.password});
            body[name] = json!(neo.name);
            if let Some(otp) = otp {
                body["otp"] = json!(otp);
            }
            body
        };
        asked_for(&post(&server, path).json(&body(None)).send().await, status);
        let wrong = post(&server, path).json(&body(Some("000 00"))).send();
        asked_for(&wrong.await, status);
        let code = codes.next().expect("a code");
        let by_header = post(&server, path).header("Azuma-OTP", code);
        by_header.json(&body(None)).send().await.done(200);
        let used = post(&server, path).json(&body(Some(code))).send();
        asked_for(&used.await, status);
        let code = codes.next().expect("a code");
        let by_body = post(&server, path).json(&body(Some(code))).send();
        by_body.await.done(200);
    }
    server.prints("second_factor_refused").await;
    let status = server.request(Method::GET, FACTOR).bearer(&token);
    let status = status.receive::<Value>().await.success(200);
    assert_eq!(status, json!({"enabled": true, "recovery_codes": 4}));
    let remove = || server.request(Method::DELETE, FACTOR).bearer(&token);
    asked_for(&remove().send().await, 403);
    let code = codes.next().expect("a code");
    remove().header("Azuma-OTP", code).send().await.done(204);
    remove().send().await.refused(404, "NOT_FOUND");
    server.azuma().sign_in(&neo).await;
}

#[on_both_databases]
async fn an_operator_removes_a_factor(db: Database) {
    let server = db.server().start();
    let neo = Person::named("neo");
    let token = server.azuma().sign_up(&neo).await;
    set_up(&server, &token).await;
    let finished = server.setup().run(&["user", "remove-factor", "neo"]);
    assert_eq!(finished.success(), "neo has no second factor\n");
    server.azuma().sign_in(&neo).await;
    let again = server.setup().run(&["user", "remove-factor", "neo"]);
    assert!(
        again
            .complaint()
            .ends_with("the account has no second factor")
    );
}

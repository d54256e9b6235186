//! Text made to take long: characters whose rules look at all the others, and as many of them as a body holds.

use std::fs;
use std::time::Duration;

use azuma_tests::people::Person;
use azuma_tests::server::Server;
use azuma_tests::{Database, on_both_databases};
use reqwest::Method;

/// Texts that nearly fill a body, each looked at to its end where it is looked at by its characters' rules.
fn texts() -> Vec<String> {
    vec![
        "・".repeat(5_300) + "一",
        "l·".repeat(5_300) + "l",
        "\u{660}".repeat(7_900),
        "\u{6f0}".repeat(7_900),
        "ب\u{200c}".repeat(3_100) + "ب",
        "א\u{5f3}".repeat(3_900),
        "\u{94d}\u{200d}".repeat(2_600),
        "α\u{313}\u{300}\u{345}".repeat(1_900),
        "\u{323}\u{301}".repeat(3_900),
        "x".repeat(15_900),
    ]
}

/// A route with a body of which one field is `text`, and the status of its refusal.
fn requests(text: &str) -> Vec<(Method, &'static str, String, u16)> {
    let good = [
        ("name", "trinity"),
        ("username", "trinity"),
        ("email", "trinity@example.org"),
        ("password", "secret"),
        ("token", "318cd399-f47f-478f-8d09-c9c414c3750d"),
    ];
    let body = |fields: &[&str], odd: &str| {
        let mut object = serde_json::Map::new();
        for field in fields {
            let value = good.iter().find(|(name, _)| name == field);
            let value = value.map_or("", |(_, value)| *value);
            let value = match (*field == odd, *field) {
                (false, _) => value.to_owned(),
                (true, "email") => format!("trinity@{text}"),
                (true, _) => text.to_owned(),
            };
            object.insert((*field).to_owned(), value.into());
        }
        serde_json::Value::Object(object).to_string()
    };
    let routes: [(Method, &str, &[&str], &[&str]); 8] = [
        (
            Method::POST,
            "/users",
            &["name", "email", "password"],
            &["name", "email", "password"],
        ),
        (
            Method::POST,
            "/user/login",
            &["name", "password"],
            &["name", "password"],
        ),
        (
            Method::PATCH,
            "/user/update",
            &["name", "password", "email"],
            &["name", "password", "email"],
        ),
        (
            Method::POST,
            "/api/login",
            &["name", "password"],
            &["name", "password"],
        ),
        (
            Method::POST,
            "/api/register",
            &["name", "password"],
            &["name", "password"],
        ),
        (
            Method::POST,
            "/account/register",
            &["username", "password", "email"],
            &["username", "password", "email"],
        ),
        (
            Method::POST,
            "/account/authenticate",
            &["username", "password"],
            &["username", "password"],
        ),
        (
            Method::POST,
            "/account/reset",
            &["token", "password"],
            &["password"],
        ),
    ];
    let mut requests = Vec::new();
    for (method, path, fields, odd_ones) in routes {
        for odd in odd_ones {
            let status = match (path, *odd) {
                ("/account/register", "email") => 422,
                _ => 400,
            };
            requests.push((method.clone(), path, body(fields, odd), status));
        }
    }
    let recover = body(&["email"], "email");
    requests.push((Method::POST, "/account/recover", recover, 422));
    requests
}

#[on_both_databases]
async fn of_any_field_on_any_route_is_refused(db: Database) {
    let server = db.server().start();
    let token = server.azuma().sign_up(&Person::named("neo")).await;
    for text in texts() {
        for (method, path, body, status) in requests(&text) {
            let request = server.request(method, path).bearer(&token);
            let answer = request.json_text(body).send().await;
            let shown: String = text.chars().take(4).collect();
            assert_eq!(answer.status, status, "{path} {shown}: {}", answer.text());
        }
    }
    server.azuma().own_user(&token).await.done(200);
}

/// The time all threads of the server have run.
fn time_run(server: &Server) -> Duration {
    let tasks = fs::read_dir(format!("/proc/{}/task", server.process_id())).unwrap();
    let nanoseconds = tasks.map(|task| {
        let path = task.unwrap().path().join("schedstat");
        let text = fs::read_to_string(path).unwrap_or_default();
        let run = text.split_whitespace().next();
        run.map_or(0, |nanoseconds| nanoseconds.parse::<u64>().unwrap())
    });
    Duration::from_nanos(nanoseconds.sum())
}

#[on_both_databases]
async fn takes_hardly_longer_than_any_other_of_its_length(db: Database) {
    let server = db.server().start();
    let logins_with = async |password: &str| {
        let before = time_run(&server);
        for _ in 0..20 {
            server
                .azuma()
                .login("neo", password)
                .await
                .refused(400, "BAD_REQUEST");
        }
        time_run(&server) - before
    };
    let plain = "x".repeat(15_900);
    logins_with(&plain).await;
    let ordinary = logins_with(&plain).await;
    for text in texts() {
        let taken = logins_with(&text).await;
        // By rules that look at all the others it was hundreds of times as long.
        assert!(taken < 20 * ordinary, "{taken:?}, not {ordinary:?}");
    }
}

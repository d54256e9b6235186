//! The documents of the APIs.

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

use azuma_tests::browser::{Browser, Look};
use azuma_tests::clients::Request;
use azuma_tests::people::Person;
use azuma_tests::server::{Server, workspace};
use azuma_tests::{Database, on_both_databases};
use reqwest::Method;
use serde_json::Value;

use super::routes::ROUTES;

const DOCUMENTS: [&str; 4] = ["azuma", "legacy", "account", "service"];
/// The id in `ROUTES`.
const ID: &str = "ee8e77d9-290e-4bb9-84a1-c2b7efb338df";
/// Routes without an operation: `/api` is `/api/`.
const UNDESCRIBED: [&str; 1] = ["/api"];

/// An operation of a document.
struct Operation {
    path: String,
    method: String,
    details: Value,
}

impl Operation {
    fn request(&self, server: &Server) -> Request {
        server.request(self.method(), &self.path)
    }

    /// The token that the operation says to take: that of a service, or of a user.
    fn token<'a>(&self, of_service: &'a str, of_user: &'a str) -> &'a str {
        match self.details["security"][0].get("service") {
            Some(_) => of_service,
            None => of_user,
        }
    }

    fn method(&self) -> Method {
        self.method.parse().expect("a method")
    }
}

async fn operations(server: &Server) -> Vec<Operation> {
    let mut operations = Vec::new();
    for name in DOCUMENTS {
        let answer = server.get(&format!("/openapi/{name}.json")).send().await;
        let document: Value = serde_json::from_str(&answer.text()).expect("JSON");
        for (path, methods) in document["paths"].as_object().expect("paths") {
            let path = path.replace("{id}", ID).replace("{name}", "service");
            for (method, details) in methods.as_object().expect("methods") {
                operations.push(Operation {
                    path: path.clone(),
                    method: method.to_uppercase(),
                    details: details.clone(),
                });
            }
        }
    }
    operations
}

#[tokio::test]
async fn every_route_has_an_operation_and_every_operation_a_route() {
    let server = Database::Sqlite.server().start();
    let described: BTreeSet<_> = operations(&server)
        .await
        .into_iter()
        .map(|operation| (operation.path, operation.method))
        .collect();
    let routes = ROUTES.iter();
    let routes = routes.filter(|route| !UNDESCRIBED.contains(&route.path));
    let routes: BTreeSet<_> = routes
        .flat_map(|route| {
            let pair = |method: &&str| (route.path.to_owned(), (*method).to_owned());
            route.methods.iter().map(pair)
        })
        .collect();
    assert_eq!(described, routes);
}

#[on_both_databases]
async fn an_operation_that_names_a_token_is_refused_without_and_no_other_is(db: Database) {
    let server = db.server().start();
    for operation in operations(&server).await {
        let status = operation.request(&server).send().await.status;
        let is_secured = operation.details.get("security").is_some();
        assert_eq!(
            status == 401,
            is_secured,
            "{} {}",
            operation.method,
            operation.path
        );
    }
}

#[on_both_databases]
async fn every_status_that_is_answered_is_described(db: Database) {
    let server = db.server().start();
    let of_user = server.azuma().sign_up(&Person::named("neo")).await;
    let of_service = server.service("chat").token;
    let huge = format!("{{\"name\": \"{}\"}}", "x".repeat(300_000));
    for operation in operations(&server).await {
        for body in ["", "{}", "[", r#"{"token": "x", "name": 3}"#, &huge] {
            // Deletions would end the session.
            if operation.method == "DELETE" && body != "[" && body != huge {
                continue;
            }
            let token = operation.token(&of_service, &of_user);
            let request = operation.request(&server).bearer(token);
            let answer = request
                .header("Azuma-Session", &of_user)
                .body(body)
                .send()
                .await;
            let responses = operation.details["responses"]
                .as_object()
                .expect("responses");
            let status = answer.status.to_string();
            assert!(
                responses.contains_key(&status),
                "{} {} {body:.20}: {status}",
                operation.method,
                operation.path
            );
        }
    }
}

#[on_both_databases]
async fn an_operation_with_a_body_refuses_a_huge_one(db: Database) {
    // Otherwise deletions do not read the current password.
    let server = db.server().set("passwords.require_current", "true").start();
    let of_user = server.azuma().sign_up(&Person::named("neo")).await;
    let of_service = server.service("chat").token;
    let huge = format!("{{\"name\": \"{}\"}}", "x".repeat(300_000));
    for operation in operations(&server).await {
        if operation.details["requestBody"].is_object() {
            let token = operation.token(&of_service, &of_user);
            let request = operation.request(&server).bearer(token).body(huge.clone());
            let status = request.send().await.status;
            assert_eq!(status, 413, "{} {}", operation.method, operation.path);
        }
    }
}

#[tokio::test]
async fn a_document_of_another_name_is_not_there() {
    let server = Database::Sqlite.server().start();
    let answer = server.get("/openapi/passwd.json").send().await;
    answer.refused(404, "NOT_FOUND");
}

/// What the tool may not try: whether every value that fits a schema is taken. The rules of names and passwords (RFC 8265)
/// are no JSON Schema.
const UNTRIED: &str = "positive_data_acceptance";
/// What ends the session that the tool is given.
const ENDINGS: [&str; 4] = ["delete_self", "logout", "revoke_session", "delete"];

#[tokio::test]
async fn schemathesis_finds_nothing() {
    let server = Database::Sqlite
        .server()
        .set("abuse.enabled", "false")
        .start();
    let of_service = server.service("chat").token;
    let known = server.azuma().sign_up(&Person::named("trinity")).await;
    let known = server.azuma().own_user(&known).await.success(200).id;
    // An id that the tool draws is that of nobody.
    let settings = server.setup().home().join("schemathesis.toml");
    let of_show_user = format!(
        "[[operations]]\ninclude-operation-id = \"show_user\"\nparameters = {{ id = \"{known}\" }}\n"
    );
    fs::write(settings, of_show_user).expect("a file of settings");
    for document in DOCUMENTS {
        let of_user = server.azuma().sign_up(&Person::named(document)).await;
        let bearer = match document {
            "service" => &of_service,
            _ => &of_user,
        };
        let mut schemathesis =
            Command::new(workspace().join("target/schemathesis/bin/schemathesis"));
        let url = format!("http://{}", server.address());
        schemathesis
            .current_dir(server.setup().home())
            .args([
                "run",
                &format!("{url}/openapi/{document}.json"),
                "--url",
                &url,
            ])
            .args(["--phases", "coverage,fuzzing", "--max-examples", "25"])
            .args(["--exclude-checks", UNTRIED])
            .args(["-H", &format!("Authorization: Bearer {bearer}")])
            .args(["-H", &format!("Azuma-Session: {of_user}")]);
        for ending in ENDINGS {
            schemathesis.args(["--exclude-operation-id", ending]);
        }
        let run = schemathesis
            .output()
            .expect("schemathesis, which scripts/install installs");
        let said = String::from_utf8_lossy(&run.stdout);
        assert!(run.status.success(), "{said}");
        // With a session that has ended, what came after would have been tried without one.
        server.azuma().own_user(&of_user).await.done(200);
    }
}

#[tokio::test]
async fn the_page_shows_them_and_a_call_can_be_tried() {
    let server = Database::Sqlite.server().start();
    let browser = Browser::start(Look::default()).await;
    browser
        .open(&format!("http://{}/docs", server.address()))
        .await;
    // The page is drawn by a script.
    let shown = "document.querySelectorAll('.opblock').length";
    browser.waits_for(shown, 15).await;
    browser
        .evaluate("document.querySelector('.opblock-summary-control').click()")
        .await;
    for button in [".try-out__btn", ".execute"] {
        browser
            .waits_for(&format!("document.querySelectorAll('{button}').length"), 1)
            .await;
        browser
            .evaluate(&format!("document.querySelector('{button}').click()"))
            .await;
    }
    browser
        .waits_for(
            "document.querySelectorAll('.live-responses-table .response').length",
            1,
        )
        .await;
    let text = browser.text().await;
    assert!(text.contains("azumaneo"), "{text}");
    browser.screenshot("docs").await;
}

#[tokio::test]
async fn the_page_begins_with_the_first_document_that_is_there() {
    let server = Database::Sqlite
        .server()
        .set("dialects.azuma", "false")
        .start();
    let browser = Browser::start(Look::default()).await;
    browser
        .open(&format!("http://{}/docs", server.address()))
        .await;
    // `legacy` has four operations.
    let shown = "document.querySelectorAll('.opblock').length";
    browser.waits_for(shown, 4).await;
    let text = browser.text().await;
    assert!(text.starts_with("legacy · account · service"), "{text}");
}

//! Who may register.

use azuma_tests::people::Person;
use azuma_tests::server::{Server, Setup};
use azuma_tests::{Database, on_both_databases};
use serde_json::{Value, json};

/// What every API answers to a registration: status and body.
async fn register_everywhere(
    server: &Server,
    name: &str,
    invite: Option<&str>,
) -> Vec<(u16, Value)> {
    let mut answers = Vec::new();
    for (path, field) in [
        ("/users", "name"),
        ("/api/register", "name"),
        ("/account/register", "username"),
    ] {
        let name = format!("{name}{}", answers.len());
        let email = format!("{name}@example.org");
        let body = json!({field: name, "email": email, "password": "red pill", "invite": invite});
        let answer = server.post(path, &body).send().await;
        let text = answer.text();
        answers.push((
            answer.status,
            serde_json::from_str(&text).unwrap_or_default(),
        ));
    }
    answers
}

fn statuses(answers: &[(u16, Value)]) -> Vec<u16> {
    answers.iter().map(|(status, _)| *status).collect()
}

/// Makes an invitation; answers the line of its output that begins with this word.
fn create(setup: &Setup, uses: &str, line: &str) -> String {
    let finished = setup.run(&["invite", "create", "--uses", uses]);
    let found = finished
        .success()
        .lines()
        .find(|said| said.starts_with(line));
    let found = found.and_then(|said| said.split_whitespace().nth(1));
    found.expect("a line of that name").to_owned()
}

#[on_both_databases]
async fn where_it_is_closed_every_api_answers_403_and_users_log_in_as_ever(db: Database) {
    let mut server = db.server().start();
    let neo = Person::named("neo");
    server.azuma().sign_up(&neo).await;
    server
        .reconfigure(|setup| setup.set("registration.mode", "closed"))
        .await;
    let answers = register_everywhere(&server, "smith", None).await;
    assert_eq!(statuses(&answers), [403, 403, 403]);
    assert!(
        answers
            .iter()
            .all(|(_, body)| body["message"] == "FORBIDDEN")
    );
    server.azuma().sign_in(&neo).await;
}

#[on_both_databases]
async fn an_invitation_made_beside_the_server_admits_as_many_as_it_says(db: Database) {
    let server = db.server().set("registration.mode", "invite").start();
    let refused = register_everywhere(&server, "smith", None).await;
    assert_eq!(statuses(&refused), [403, 403, 403]);
    let code = create(server.setup(), "3", "code");
    let admitted = register_everywhere(&server, "neo", Some(&code.to_lowercase())).await;
    assert_eq!(statuses(&admitted), [201, 200, 200]);
    let refused = register_everywhere(&server, "smith", Some(&code)).await;
    assert_eq!(statuses(&refused), [403, 403, 403]);
    let listed = server.setup().run(&["invite", "list"]);
    assert!(
        listed.success().contains("used 3 of 3"),
        "{}",
        listed.stdout
    );
}

#[on_both_databases]
async fn a_revoked_invitation_admits_nobody(db: Database) {
    let server = db.server().set("registration.mode", "invite").start();
    let finished = server.setup().run(&["invite", "create"]);
    let words: Vec<&str> = finished.success().split_whitespace().collect();
    let [_, id, _, code, ..] = words[..] else {
        panic!("{}", finished.stdout);
    };
    let revoked = server.setup().run(&["invite", "revoke", id]);
    assert_eq!(revoked.success(), "the invitation is revoked\n");
    let refused = register_everywhere(&server, "neo", Some(code)).await;
    assert_eq!(statuses(&refused), [403, 403, 403]);
    let other = create(server.setup(), "1", "code");
    server.setup().run(&["invite", "revoke", &other]).success();
    let again = server.setup().run(&["invite", "revoke", id]);
    let said = again.complaint();
    assert!(said.ends_with("there is no such invitation"), "{said}");
    let listed = server.setup().run(&["invite", "list"]);
    assert_eq!(listed.success(), "no invitation works\n");
}

#[test]
fn a_link_leads_to_the_page_of_the_server() {
    let server = Database::Sqlite.server();
    let server = server.set("http.public_url", "https://accounts.example.org");
    server.run(&["migrate"]).success();
    let link = create(&server, "1", "link");
    let page = "https://accounts.example.org/register?invite=";
    assert!(link.starts_with(page), "{link}");
}

#[on_both_databases]
async fn where_domains_are_named_an_address_elsewhere_is_refused(db: Database) {
    let domains = "[\"example.com\"]";
    let server = db
        .server()
        .set("registration.email_domains", domains)
        .start();
    let refused = register_everywhere(&server, "neo", None).await;
    assert_eq!(statuses(&refused), [403, 403, 403]);
    let refused = server.legacy().register("neo", "red pill").await;
    refused.refused_with_code(403, "FORBIDDEN");
    let azuma = server.azuma();
    let trinity = azuma.register("trinity", "trinity@Example.com", "red pill");
    trinity.await.done(201);
}

#[on_both_databases]
async fn where_an_address_must_be_proved_every_account_waits_for_its_link(db: Database) {
    let required = db.server().set("registration.require_proved_email", "true");
    let server = required.start();
    let answers = register_everywhere(&server, "neo", None).await;
    let expected = [
        (202, json!({"token": null})),
        (
            202,
            json!({"token": null, "userid": null, "expiration": null}),
        ),
        (200, json!({})),
    ];
    assert_eq!(answers, expected);
    for name in ["neo0", "neo1", "neo2"] {
        let refused = server.azuma().login(name, "red pill").await;
        refused.refused(403, "FORBIDDEN");
        let mail = server.mail().first_to(&format!("{name}@example.org")).await;
        server.account().verify(&mail.token()).await.done(200);
        server.azuma().login(name, "red pill").await.done(200);
    }
    let without_address = server.legacy().register("trinity", "red pill").await;
    without_address.refused_with_code(400, "BAD_REQUEST");
}

#[test]
fn rules_that_cannot_be_read_stop_the_start() {
    for (key, value) in [
        ("registration.mode", "sometimes"),
        ("registration.email_domains", "[\"@example.org\"]"),
    ] {
        let finished = Database::Sqlite.server().set(key, value).run(&[]);
        assert!(finished.complaint().contains(key), "{}", finished.stderr);
    }
}

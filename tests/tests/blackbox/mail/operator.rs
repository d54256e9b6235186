//! `azuma mail`.

use std::fs::OpenOptions;

use azuma_tests::dump::Dump;
use azuma_tests::mail_server::{Encryption, MailServer, Reaction, Step};
use azuma_tests::people::Person;
use azuma_tests::server::{Server, Setup};
use azuma_tests::{Database, on_both_databases};
use serde_json::Value;

use super::{dead_letter, hasty, listed};

#[on_both_databases]
async fn a_test_message_arrives_and_the_answer_is_told(db: Database) {
    let mail_server = MailServer::secure(Encryption::StartTls, ("postman", "secret")).await;
    let setup = db
        .server()
        .set("mail.url", &mail_server.url_with("postman:secret@"))
        .set("mail.ca_file", mail_server.ca_file());
    for (arguments, subject) in [
        (
            &["mail", "test", "op@example.org"][..],
            "A test message of azumaneo",
        ),
        (
            &["mail", "test", "op@example.org", "--language", "de"],
            "Eine Testnachricht von azumaneo",
        ),
    ] {
        let seen = mail_server.mailbox().to("op@example.org").len();
        let finished = run(&setup, arguments).await;
        let said = finished.success();
        assert!(said.contains("250 2.0.0 taken as 4711"), "{said}");
        let mail = mail_server
            .mailbox()
            .nth_to("op@example.org", seen + 1)
            .await;
        assert_eq!(mail.subject, subject);
    }
}

/// Runs a command that talks to a mail server of this very runtime.
async fn run(setup: &Setup, arguments: &[&str]) -> azuma_tests::server::Finished {
    let (setup, arguments) = (setup.clone(), arguments.iter().map(|it| it.to_string()));
    let arguments: Vec<String> = arguments.collect();
    let work = move || {
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        setup.run(&arguments)
    };
    tokio::task::spawn_blocking(work)
        .await
        .expect("the command ends")
}

#[on_both_databases]
async fn a_test_message_that_is_refused_tells_why(db: Database) {
    let mail_server = MailServer::start().await;
    mail_server.react(Step::Recipient, Reaction::Say("550 5.1.1 nobody here"));
    let setup = db.server().set("mail.url", &mail_server.url());
    let finished = run(&setup, &["mail", "test", "op@example.org"]).await;
    let said = finished.complaint();
    assert!(said.contains("nobody here"), "{said}");
    let finished = run(&setup, &["mail", "test", "no address"]).await;
    assert!(!finished.status.success(), "{}", finished.stdout);
}

#[test]
fn looking_at_mail_makes_no_database_and_does_not_migrate() {
    let setup = Database::Sqlite.server();
    let finished = setup.run(&["mail", "list"]);
    let said = finished.complaint();
    assert!(said.contains("azuma migrate"), "{said}");
    assert!(!setup.home().join("data/azuma.db").exists());
}

#[tokio::test]
async fn a_test_message_needs_no_database() {
    let setup = Database::Sqlite.server();
    let finished = run(&setup, &["mail", "test", "op@example.org"]).await;
    assert!(finished.success().contains("written to data/mail/"));
    assert!(!setup.home().join("data/azuma.db").exists());
}

/// A server whose only message was refused for good, and the mail server, which would take it now.
async fn with_dead_letter(db: Database) -> (Server, MailServer, Person, String) {
    let mail_server = MailServer::start().await;
    mail_server.react(Step::Recipient, Reaction::Say("550 5.1.1 nobody"));
    let server = hasty(db, &mail_server).start();
    let neo = Person::named("neo");
    server.account().ask_for_account(&neo).await;
    let (id, _) = dead_letter(&server).await;
    mail_server.accept_all();
    (server, mail_server, neo, id)
}

#[on_both_databases]
async fn a_dead_letter_is_shown_without_its_token_retried_and_arrives(db: Database) {
    let (server, mail_server, neo, id) = with_dead_letter(db).await;
    let finished = server.setup().run(&["mail", "show", &id]);
    let shown = finished.success();
    for part in [&id, &neo.email, "verify_account", "5.1.1 nobody", "dead"] {
        assert!(shown.contains(part), "no {part} in {shown}");
    }
    let dump = Dump::of(&server).text().to_owned();
    server.setup().run(&["mail", "retry", &id]).success();
    let link = mail_server.mailbox().first_to(&neo.email).await.token();
    for kept in [shown, &dump] {
        assert!(!kept.contains(&link), "the token in {kept}");
        assert!(!kept.contains("presumably you"), "the body in {kept}");
    }
    server.account().verify(&link).await.done(200);
}

#[on_both_databases]
async fn a_discarded_letter_is_gone(db: Database) {
    let (server, _mail_server, _, id) = with_dead_letter(db).await;
    server.setup().run(&["mail", "discard", &id]).success();
    assert!(listed(&server).is_empty());
    for task in ["show", "retry", "discard"] {
        let finished = server.setup().run(&["mail", task, &id]);
        let said = finished.complaint();
        assert!(said.contains("no such message"), "{task}: {said}");
    }
}

#[on_both_databases]
async fn letters_are_dealt_with_though_nobody_can_be_told(db: Database) {
    let mail_server = MailServer::start().await;
    mail_server.react(Step::Mail, Reaction::Say("451 later"));
    let server = hasty(db, &mail_server).start();
    for name in ["neo", "trinity"] {
        let person = Person::named(name);
        server.account().ask_for_account(&person).await;
    }
    let letters = listed(&server);
    assert_eq!(letters.len(), 2, "{letters:?}");
    let setup = server.setup();
    let ids = letters.iter().map(|(id, _)| id.as_str());
    let arguments: Vec<&str> = ["mail", "discard"].into_iter().chain(ids).collect();
    let full = OpenOptions::new().write(true).open("/dev/full");
    let status = setup.run_printing_to(&arguments, &full.expect("/dev/full").into());
    assert_eq!(status.code(), Some(1), "it could not say so");
    assert!(listed(&server).is_empty());
}

#[on_both_databases]
async fn a_message_that_waits_is_listed_and_not_retried(db: Database) {
    let mail_server = MailServer::start().await;
    mail_server.react(Step::Mail, Reaction::Say("451 later"));
    let server = hasty(db, &mail_server).start();
    let neo = Person::named("neo");
    server.account().ask_for_account(&neo).await;
    mail_server.until_reactions(2).await;
    let letters = listed(&server);
    assert!(letters[0].1.contains(" due "), "{letters:?}");
    assert!(letters[0].1.contains("451"), "{letters:?}");
    for arguments in [
        &["mail", "list", "--json"][..],
        &["mail", "show", &letters[0].0, "--json"],
    ] {
        let finished = server.setup().run(arguments);
        let message: Value = serde_json::from_str(finished.success()).expect("a JSON object");
        assert_eq!(message["id"], letters[0].0);
        assert_eq!(message["state"], "due");
        assert_eq!(message["dead_at"], Value::Null);
        assert_eq!(message["to"], neo.email);
    }
    let finished = server.setup().run(&["mail", "retry", &letters[0].0]);
    let said = finished.complaint();
    assert!(said.contains("not a dead letter"), "{said}");
}

//! Mail servers that encrypt and ask for a password.

use azuma_tests::mail_server::{Encryption, MailServer};
use azuma_tests::people::Person;
use azuma_tests::server::Setup;
use azuma_tests::{Database, on_both_databases};

const POSTMAN: (&str, &str) = ("postman", "p@ss/word");

fn setup(db: Database, mail_server: &MailServer) -> Setup {
    db.server()
        .set("mail.url", &mail_server.url_with("postman:p%40ss%2Fword@"))
        .set("mail.ca_file", mail_server.ca_file())
}

#[on_both_databases]
async fn mail_and_the_password_go_encrypted_from_the_start_or_by_starttls(db: Database) {
    for encryption in [Encryption::Always, Encryption::StartTls] {
        let mail_server = MailServer::secure(encryption, POSTMAN).await;
        let server = setup(db, &mail_server).start();
        let neo = Person::named("neo");
        server.account().sign_up(&neo, &mail_server.mailbox()).await;
        if encryption == Encryption::StartTls {
            let heard = mail_server.heard();
            let encrypted = heard.iter().position(|line| line == "(encrypted)");
            let secret = |line: &String| line.starts_with("AUTH") || line.starts_with("MAIL");
            assert!(heard.iter().position(secret) > encrypted, "{heard:?}");
            assert!(encrypted.is_some(), "{heard:?}");
        }
    }
}

/// Registers neo, and waits until the server has said that his mail is delayed.
async fn assert_delayed(setup: Setup, mail_server: &MailServer, why: &str) {
    let server = setup.start();
    let neo = Person::named("neo");
    server.account().ask_for_account(&neo).await;
    server.prints("will be tried again").await;
    assert!(server.output().contains(why), "{}", server.output());
    assert!(mail_server.mailbox().to(&neo.email).is_empty());
    let heard = mail_server.heard();
    let betrays = |line: &String| line.starts_with("MAIL") || line.starts_with("AUTH");
    assert!(!heard.iter().any(betrays), "{heard:?}");
}

#[on_both_databases]
async fn starttls_that_is_required_is_not_done_without(db: Database) {
    let mail_server = MailServer::start().await;
    let url = format!("smtp://u:p@localhost:{}?tls=required", mail_server.port());
    assert_delayed(db.server().set("mail.url", &url), &mail_server, "STARTTLS").await;
}

#[on_both_databases]
async fn starttls_that_is_optional_is_done_without_where_there_is_none(db: Database) {
    let mail_server = MailServer::start().await;
    let url = format!("smtp://localhost:{}?tls=opportunistic", mail_server.port());
    let server = db.server().set("mail.url", &url).start();
    let neo = Person::named("neo");
    server.account().sign_up(&neo, &mail_server.mailbox()).await;
}

#[on_both_databases]
async fn a_certificate_of_nobody_known_is_not_trusted(db: Database) {
    let mail_server = MailServer::secure(Encryption::StartTls, POSTMAN).await;
    let setup = setup(db, &mail_server).unset("mail.ca_file");
    assert_delayed(setup, &mail_server, "certificate").await;
}

#[tokio::test]
async fn a_ca_file_that_is_none_stops_the_start() {
    let mail_server = MailServer::secure(Encryption::Always, POSTMAN).await;
    let setup = setup(Database::Sqlite, &mail_server);
    let missing = setup.clone().set("mail.ca_file", "/nonexistent.pem");
    let missing = missing.run(&[]);
    assert!(missing.complaint().contains("/nonexistent.pem"));
    std::fs::write(setup.home().join("no.pem"), "no certificate").expect("a file");
    let said = setup.set("mail.ca_file", "no.pem").run(&[]);
    assert!(said.complaint().contains("ca_file"), "{}", said.stderr);
}

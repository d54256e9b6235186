//! Messages in an instance's own words (`mail.templates`).

use std::fs;

use azuma_tests::Database;
use azuma_tests::people::Person;

#[tokio::test]
async fn a_template_of_ones_own_replaces_the_built_in_one() {
    let setup = Database::Sqlite.server().set("mail.templates", "templates");
    let templates = setup.home().join("templates");
    fs::create_dir(&templates).expect("a directory");
    let own = "Subject: Welcome to {{ instance }}\n\nCome in:\n\n{{ link }}\n";
    fs::write(templates.join("verify_account.en.txt"), own).expect("a file");
    let server = setup.start();
    let neo = Person::named("neo");
    server.account().request_account(&neo, &server.mail()).await;
    let mail = server.mail().first_to(&neo.email).await;
    assert_eq!(mail.subject, "Welcome to azumaneo");
    assert!(mail.text.contains("Come in:"), "{}", mail.text);
}

#[test]
fn a_template_that_makes_no_message_stops_the_start() {
    let setup = Database::Sqlite.server().set("mail.templates", "templates");
    let templates = setup.home().join("templates");
    fs::create_dir(&templates).expect("a directory");
    let own = "Subject: Welcome\n\nThere is no link.\n";
    fs::write(templates.join("reset_password.de.txt"), own).expect("a file");
    let finished = setup.run(&[]);
    let said = finished.complaint();
    assert!(said.contains("reset_password.de.txt"), "{said}");
    assert!(said.contains("link"), "{said}");
}

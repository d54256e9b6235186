//! Mail that leaves by SMTP.

use azuma_tests::mail_server::MailServer;
use azuma_tests::people::Person;
use azuma_tests::{Database, on_both_databases};

#[on_both_databases]
async fn a_mail_server_that_is_down_delays_mail_and_nothing_else(db: Database) {
    let port = MailServer::start().await.port();
    let url = format!("smtp://127.0.0.1:{port}");
    let server = db.server().set("mail.url", &url).start();
    let neo = Person::named("neo");
    server.account().ask_for_account(&neo).await;
    server.prints("will be tried again").await;

    let back = MailServer::start_on(port).await;
    let link = back.mailbox().first_to(&neo.email).await.token();
    server.account().verify(&link).await.done(200);
    let written = server.mail().to(&neo.email);
    assert!(written.is_empty(), "a file was written");
}

//! Mail that leaves by SMTP.

use azuma_tests::deadline::Deadline;
use azuma_tests::mail_server::MailServer;
use azuma_tests::people::Person;
use azuma_tests::{Database, on_both_databases};

#[on_both_databases]
async fn mail_goes_to_the_configured_server(db: Database) {
    let mail_server = MailServer::start().await;
    let server = db.server().set("mail.url", &mail_server.url()).start();
    let neo = Person::named("neo");
    let link = server
        .account()
        .request_account(&neo, &mail_server.mailbox())
        .await;
    server.account().verify(&link).await.done(200);
    assert!(
        server.mail().to(&neo.email).is_empty(),
        "a file was written"
    );
}

#[on_both_databases]
async fn a_server_that_is_down_delays_mail_and_nothing_else(db: Database) {
    let port = MailServer::start().await.port();
    let url = format!("smtp://127.0.0.1:{port}");
    let server = db.server().set("mail.url", &url).start();
    let neo = Person::named("neo");
    server.account().ask_for_account(&neo).await;
    let deadline = Deadline::in_seconds(15);
    while !server.output().contains("will be tried again") {
        assert!(!deadline.is_over(), "{}", server.output());
        deadline.step().await;
    }

    let back = MailServer::start_on(port).await;
    let link = back.mailbox().first_to(&neo.email).await.token();
    server.account().verify(&link).await.done(200);
}

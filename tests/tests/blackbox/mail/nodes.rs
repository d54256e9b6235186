//! Two nodes and one outbox.

use std::collections::BTreeMap;

use azuma_tests::Database;
use azuma_tests::deadline::Deadline;
use azuma_tests::mail_server::{MailServer, Reaction, Step};
use azuma_tests::server::Server;

const MESSAGES: usize = 200;

#[tokio::test]
async fn two_nodes_on_postgres_send_200_messages_once_each() {
    let mail_server = MailServer::start().await;
    let setup = Database::Postgres
        .server()
        .set("mail.url", &mail_server.url());
    let other = setup.elsewhere();
    assert_sent_once_each(&mail_server, [setup.start(), other.start()]).await;
}

#[tokio::test]
async fn two_processes_on_one_sqlite_file_send_200_messages_once_each() {
    let mail_server = MailServer::start().await;
    let setup = Database::Sqlite
        .server()
        .set("mail.url", &mail_server.url());
    let here = setup.start();
    let database = format!("sqlite://{}", here.data().join("azuma.db").display());
    let there = here.setup().elsewhere().set("database.url", &database);
    let key = here.data().join("secret.key");
    let there = there.start();
    assert!(key.exists(), "both derive their links with it");
    assert_sent_once_each(&mail_server, [here, there]).await;
}

/// Mail is refused until all is written, so that both nodes find all of it due.
async fn assert_sent_once_each(mail_server: &MailServer, nodes: [Server; 2]) {
    mail_server.react(Step::Mail, Reaction::Say("451 not yet"));
    for number in 0..MESSAGES {
        let (name, email) = (format!("neo{number}"), format!("neo{number}@example.org"));
        let account = nodes[number % 2].account();
        account.register(&name, "secret", &email).await.done(200);
    }
    mail_server.accept_all();
    let deadline = Deadline::in_seconds(100);
    while mail_server.mailbox().all().len() < MESSAGES {
        assert!(
            !deadline.is_over(),
            "{} of them",
            mail_server.mailbox().all().len()
        );
        deadline.step().await;
    }
    for mut node in nodes {
        node.terminate().await;
    }
    let mut copies = BTreeMap::<String, usize>::new();
    for mail in mail_server.mailbox().all() {
        *copies.entry(mail.to).or_default() += 1;
    }
    copies.retain(|_, count| *count != 1);
    assert_eq!(copies, BTreeMap::new(), "sent more than once");
}

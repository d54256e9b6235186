//! What a restored backup brings back: sessions that had ended, and messages that were sent.

use azuma_tests::addresses::free_address;
use azuma_tests::mail_server::MailServer;
use azuma_tests::people::Person;
use azuma_tests::{Database, on_both_databases};

use super::{Backup, restore, server};

#[tokio::test]
async fn a_session_that_ended_since_lives_again_only_where_that_is_asked_for() {
    let (mut server, _) = server();
    let neo = Person::named("neo");
    let token = server.azuma().sign_up(&neo).await;
    server.azuma().own_user(&token).await.done(200);
    let backup = Backup::of(server.setup(), "backup");
    server.azuma().logout(&token).await.done(204);
    server.terminate().await;
    let keep = ["restore", backup.path(), "--keep-sessions", "--replace"];
    let finished = server.setup().run(&keep);
    let said = finished.success();
    assert!(said.contains("azuma session revoke --all"), "{said}");
    server.start_again();
    server.azuma().own_user(&token).await.done(200);
    server.terminate().await;
    restore(server.setup(), &backup, &["--replace"]).success();
    server.start_again();
    server.azuma().own_user(&token).await.challenged(true);
    server.azuma().sign_in(&neo).await;
}

#[tokio::test]
async fn a_message_that_was_sent_since_is_not_sent_again() {
    let mail_server = MailServer::start().await;
    let url = format!("smtp://{}", free_address());
    let mut server = Database::Sqlite.server().set("mail.url", &url).start();
    let neo = Person::named("neo");
    // There is no mail server yet.
    server.account().ask_for_account(&neo).await;
    let setup = server.setup().clone();
    let backup = tokio::task::spawn_blocking(move || Backup::of(&setup, "backup"));
    let backup = backup.await.expect("the command ends");
    let sent = mail_server.url();
    server
        .reconfigure(|setup| setup.set("mail.url", &sent))
        .await;
    mail_server.mailbox().nth_to(&neo.email, 1).await;
    server.terminate().await;
    let finished = restore(server.setup(), &backup, &["--replace"]);
    let said = finished.success();
    assert!(said.contains("may have been sent since: 1"), "{said}");
    server.start_again();
    let listed = server.setup().run(&["mail", "list"]);
    assert!(listed.success().contains("dead"), "{listed:?}");
    // Mail that is sent later comes alone.
    let trinity = Person::named("trinity");
    server.account().ask_for_account(&trinity).await;
    mail_server.mailbox().nth_to(&trinity.email, 1).await;
    assert_eq!(mail_server.mailbox().to(&neo.email).len(), 1);
}

#[on_both_databases]
async fn what_another_tool_has_restored_is_put_in_order_beside_running_servers(db: Database) {
    let server = db.server().start();
    let neo = Person::named("neo");
    let token = server.azuma().sign_up(&neo).await;
    server.azuma().own_user(&token).await.done(200);
    let finished = server
        .setup()
        .run(&["restore", "--finish", "--end-sessions"]);
    let said = finished.success();
    assert!(said.contains("revoked sessions: 1"), "{said}");
    let revoked = std::time::Instant::now();
    azuma_tests::revocation::expect_ended(&server.azuma(), &token, revoked).await;
    server.azuma().sign_in(&neo).await;
}

//! `kill -9` at every step of sending: no message is lost, and none is sent twice but one that was accepted when the
//! server died.

use azuma_tests::mail_server::{MailServer, Reaction, Step};
use azuma_tests::people::Person;
use azuma_tests::{Database, on_both_databases};
use tokio::task::JoinSet;

use super::hasty;

#[on_both_databases]
async fn a_message_arrives_once_however_far_it_was_when_the_server_was_killed(db: Database) {
    let steps = Step::ALL.into_iter().filter(|step| *step != Step::Taken);
    // In parallel, because each waits for the lease of the killed server to end.
    let mut killed: JoinSet<_> = steps
        .map(|step| async move { (step, killed_at(db, step).await) })
        .collect();
    while let Some(done) = killed.join_next().await {
        let (step, (mail_server, neo)) = done.expect("the link works");
        assert_eq!(mail_server.mailbox().to(&neo.email).len(), 1, "{step:?}");
    }
}

#[on_both_databases]
async fn a_message_that_was_taken_when_the_server_was_killed_comes_again_with_the_same_id(
    db: Database,
) {
    let (mail_server, neo) = killed_at(db, Step::Taken).await;
    let mails = mail_server.mailbox().to(&neo.email);
    assert_eq!(mails.len(), 2, "as if it had not been taken");
    assert_eq!(mails[0].message_id, mails[1].message_id);
}

/// Kills the server while it waits for the mail server at this step, starts it again, and follows the link that
/// arrives.
async fn killed_at(db: Database, step: Step) -> (MailServer, Person) {
    let mail_server = MailServer::start().await;
    mail_server.react(step, Reaction::Stall);
    let mut server = hasty(db, &mail_server).start();
    let neo = Person::named("neo");
    server.account().ask_for_account(&neo).await;
    mail_server.until_reactions(1).await;
    server.kill();
    mail_server.accept_all();
    let taken = mail_server.mailbox().to(&neo.email).len();
    server.start_again();
    let mail = mail_server.mailbox().nth_to(&neo.email, taken + 1).await;
    server.account().verify(&mail.token()).await.done(200);
    (mail_server, neo)
}

#[on_both_databases]
async fn a_message_arrives_though_the_server_was_killed_before_it_reached_the_mail_server(
    db: Database,
) {
    let port = MailServer::start().await.port();
    let url = format!("smtp://127.0.0.1:{port}");
    let mut server = db.server().set("mail.url", &url).start();
    let neo = Person::named("neo");
    server.account().ask_for_account(&neo).await;
    server.kill();
    let mail_server = MailServer::start_on(port).await;
    server.start_again();
    let link = mail_server.mailbox().first_to(&neo.email).await.token();
    server.account().verify(&link).await.done(200);
}

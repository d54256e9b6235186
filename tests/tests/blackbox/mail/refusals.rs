//! Mail servers that refuse, stall and hang up.

use azuma_tests::mail_server::{MailServer, Reaction, Step};
use azuma_tests::people::Person;
use azuma_tests::{Database, on_both_databases};

use super::{dead_letter, hasty};

#[on_both_databases]
async fn what_is_refused_for_now_arrives_later(db: Database) {
    for step in [Step::Mail, Step::Recipient, Step::Data, Step::Content] {
        let mail_server = MailServer::start().await;
        mail_server.react_times(step, Reaction::Say("451 4.3.2 later, please"), 2);
        let server = hasty(db, &mail_server).start();
        let neo = Person::named("neo");
        server.account().sign_up(&neo, &mail_server.mailbox()).await;
        assert_eq!(mail_server.reactions(), 2, "{step:?}");
        assert_eq!(mail_server.mailbox().to(&neo.email).len(), 1, "{step:?}");
    }
}

#[on_both_databases]
async fn what_stalls_or_hangs_up_before_taking_is_sent_again(db: Database) {
    for (step, reaction) in [
        (Step::Greeting, Reaction::Stall),
        (Step::Recipient, Reaction::Stall),
        (Step::Greeting, Reaction::Drop),
        (Step::Content, Reaction::Drop),
    ] {
        let mail_server = MailServer::start().await;
        mail_server.react_times(step, reaction, 1);
        let server = hasty(db, &mail_server).start();
        let neo = Person::named("neo");
        server.account().sign_up(&neo, &mail_server.mailbox()).await;
        assert_eq!(mail_server.mailbox().to(&neo.email).len(), 1, "{step:?}");
    }
}

#[on_both_databases]
async fn a_message_whose_acceptance_was_lost_comes_again_with_the_same_id(db: Database) {
    let mail_server = MailServer::start().await;
    mail_server.react_times(Step::Taken, Reaction::Drop, 1);
    let server = hasty(db, &mail_server).start();
    let neo = Person::named("neo");
    server.account().ask_for_account(&neo).await;
    mail_server.mailbox().nth_to(&neo.email, 2).await;
    let mails = mail_server.mailbox().to(&neo.email);
    assert_eq!(mails[0].message_id, mails[1].message_id);
    assert!(!mails[0].message_id.is_empty());
}

#[on_both_databases]
async fn what_is_refused_for_good_is_a_dead_letter_with_the_servers_words(db: Database) {
    for step in [Step::Mail, Step::Recipient, Step::Content] {
        let mail_server = MailServer::start().await;
        mail_server.react(step, Reaction::Say("550 5.1.1 nobody of that name"));
        let server = hasty(db, &mail_server).start();
        let neo = Person::named("neo");
        server.account().ask_for_account(&neo).await;
        let (_, letter) = dead_letter(&server).await;
        assert!(letter.contains("5.1.1 nobody of that name"), "{letter}");
        assert!(letter.contains(&neo.email), "{letter}");
        assert_eq!(mail_server.reactions(), 1, "{step:?}");
    }
}

#[on_both_databases]
async fn a_mail_server_that_takes_long_for_one_message_does_not_hold_up_others(db: Database) {
    let mail_server = MailServer::start().await;
    mail_server.react_times(Step::Content, Reaction::Stall, 1);
    // With the default timeout, the server waits for two minutes.
    let server = db.server().set("mail.url", &mail_server.url()).start();
    let slow = Person::named("slow");
    server.account().ask_for_account(&slow).await;
    mail_server.until_reactions(1).await;
    let neo = Person::named("neo");
    server.account().sign_up(&neo, &mail_server.mailbox()).await;
    assert!(mail_server.mailbox().to(&slow.email).is_empty());
}

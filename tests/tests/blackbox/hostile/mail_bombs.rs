//! Requests that would mail a person who has nothing to do with the server.

use azuma_tests::people::Person;
use azuma_tests::{Database, on_both_databases};

#[on_both_databases]
async fn a_bystander_is_mailed_three_messages_and_who_asks_for_more_is_told_to_wait(db: Database) {
    let server = db.server().set("abuse.enabled", "true").start();
    let (azuma, account) = (server.azuma(), server.account());
    let bystander = "bystander@example.org";
    let token = azuma.sign_up(&Person::named("mallory")).await;
    for count in 1..=3 {
        azuma.change_email(&token, bystander).await.done(200);
        server.mail().nth_to(bystander, count).await;
    }
    let blocked = azuma.change_email(&token, bystander).await;
    blocked.refused(429, "TOO_MANY_REQUESTS");
    assert!(blocked.header("Retry-After").is_some());
    let blocked = account.register("cypher", "secret", bystander).await;
    blocked.refused(403, "FORBIDDEN");
    assert!(blocked.header("Retry-After").is_some());
    assert_eq!(server.mail().to(bystander).len(), 3);
}

#[on_both_databases]
async fn once_the_hour_is_full_nobody_is_mailed_anything_on_request(db: Database) {
    let setup = db.server().set("abuse.enabled", "true");
    let server = setup.set("mail.hourly_limit", "2").start();
    let account = server.account();
    account.ask_for_account(&Person::named("neo")).await;
    account.recover("nobody@example.org").await.done(200);
    let trinity = Person::named("trinity");
    let blocked = account.register("trinity", "secret", &trinity.email).await;
    blocked.refused(403, "FORBIDDEN");
    let blocked = account.recover("neo@example.org").await;
    blocked.refused(403, "FORBIDDEN");
    server.prints("the hourly limit of mails is reached").await;
    // Requests that cause no mail still succeed.
    server.azuma().sign_up(&trinity).await;
}

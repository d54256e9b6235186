//! Mail as a weapon against somebody who has nothing to do with the server.

use azuma_tests::people::Person;
use azuma_tests::{Database, on_both_databases};

#[on_both_databases]
async fn a_bystander_is_mailed_three_messages_and_who_asks_for_more_is_told_to_wait(db: Database) {
    let server = db.server().set("abuse.enabled", "true").start();
    let azuma = server.azuma();
    let bystander = "bystander@example.org";
    let mut statuses = Vec::new();
    for name in ["mallory", "eve", "smith"] {
        let token = azuma.sign_up(&Person::named(name)).await;
        for _ in 0..3 {
            let seen = server.mail().to(bystander).len();
            let answer = azuma.change_email(&token, bystander).await;
            if answer.status == 200 {
                server.mail().nth_to(bystander, seen + 1).await;
            } else {
                assert!(answer.header("Retry-After").is_some());
            }
            statuses.push(answer.status);
        }
    }
    assert_eq!(statuses, [200, 200, 200, 429, 429, 429, 429, 429, 429]);
    let account = server.account();
    let blocked = account.register("cypher", "secret", bystander).await;
    blocked.refused(403, "FORBIDDEN");
    assert_eq!(server.mail().to(bystander).len(), 3);
}

#[on_both_databases]
async fn once_the_hour_is_full_nobody_is_mailed_anything_on_request(db: Database) {
    let server = db
        .server()
        .set("abuse.enabled", "true")
        .set("mail.hourly_limit", "2")
        .start();
    let account = server.account();
    account.ask_for_account(&Person::named("neo")).await;
    account.recover("nobody@example.org").await.done(200);
    let trinity = Person::named("trinity");
    let blocked = account
        .register(&trinity.name, &trinity.password, &trinity.email)
        .await;
    blocked.refused(403, "FORBIDDEN");
    let blocked = account.recover("neo@example.org").await;
    blocked.refused(403, "FORBIDDEN");
    server.prints("the hourly limit of mails is reached").await;
    // What mails nobody goes on.
    server.azuma().sign_up(&trinity).await;
}

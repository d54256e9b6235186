//! Rows that cannot be read, of an earlier release or written by hand: they hold up no other row.

use azuma_tests::people::Person;
use azuma_tests::server::Server;
use azuma_tests::{Database, on_both_databases, sql};
use reqwest::Method;

fn change(server: &Server, script: &str) {
    sql::run(server, script, script);
}

/// Gives accounts names that earlier releases accepted: NFC made a titlecase letter of a capital eta with an iota
/// below.
fn spoil_names(server: &Server, whose: &str) {
    let titlecase = "SET name = 'ῌ' || name, name_key = 'ῃ' || name_key";
    change(
        server,
        &format!("UPDATE users {titlecase} WHERE name LIKE '{whose}'"),
    );
}

#[on_both_databases]
async fn a_name_that_is_none_can_be_replaced_and_stops_nothing_that_needs_no_name(db: Database) {
    let mut server = db.server().start();
    let neo = Person::named("neo");
    let azuma = server.azuma();
    let (first, second) = (azuma.sign_up(&neo).await, azuma.sign_in(&neo).await);
    let trinity = azuma.sign_up(&Person::named("trinity")).await;
    spoil_names(&server, "%");
    server.restart().await;
    let azuma = server.azuma();
    let answer = azuma.own_user(&first).await;
    answer.refused(500, "INTERNAL_SERVER_ERROR");
    server.prints("the stored row of user").await;
    assert_eq!(azuma.list_sessions(&first).await.len(), 2);
    azuma.logout(&second).await.done(204);
    azuma.delete_self(&first).await.done(204);
    azuma.sign_up(&neo).await;
    azuma.rename(&trinity, "theone").await.done(200);
    let name = azuma.own_user(&trinity).await.success(200).name;
    assert_eq!(name, "theone");
}

#[on_both_databases]
async fn an_account_whose_name_is_none_is_recovered_and_given_one(db: Database) {
    let server = db.server().start();
    server.azuma().sign_up(&Person::named("neo")).await;
    spoil_names(&server, "neo");
    server.account().recover("neo@example.org").await.done(200);
    let link = server.mail().first_to("neo@example.org").await.token();
    let request = server.request(Method::POST, "/reset");
    let request = request.header("Content-Type", "application/x-www-form-urlencoded");
    let form = format!("token={link}&password=trinity");
    let page = request.body(form).send().await;
    page.done(200);
    let text = page.text();
    let (_, rest) = text.split_once("<strong><bdi>").expect("a name");
    let (name, _) = rest.split_once("</bdi>").expect("a name");
    server.azuma().login(name, "trinity").await.done(200);
}

#[on_both_databases]
async fn sixty_names_that_are_none_hold_up_nobodys_recovery(db: Database) {
    let server = db.server().start();
    for number in 0..60 {
        let person = Person::named(&format!("mallory{number}"));
        server.azuma().sign_up(&person).await;
    }
    server.azuma().sign_up(&Person::named("neo")).await;
    spoil_names(&server, "mallory%");
    for number in 0..60 {
        let address = format!("mallory{number}@example.org");
        server.account().recover(&address).await.done(200);
    }
    server.account().recover("neo@example.org").await.done(200);
    server.mail().first_to("neo@example.org").await.token();
    // The sixty neither failed nor waited: each was mailed as well.
    server.mail().first_to("mallory59@example.org").await;
    assert!(!server.output().contains("a recovery failed"));
}

#[on_both_databases]
async fn a_password_hash_that_cannot_be_read_is_a_wrong_password_and_a_line_in_the_log(
    db: Database,
) {
    let mut server = db.server().start();
    let neo = Person::named("neo");
    let token = server.azuma().sign_up(&neo).await;
    let id = server.azuma().own_user(&token).await.success(200).id;
    change(&server, "UPDATE users SET password_hash = '!'");
    let answer = server.azuma().login(&neo.name, &neo.password).await;
    answer.refused(403, "FORBIDDEN");
    let answer = server.legacy().login(&neo.name, &neo.password).await;
    answer.refused_with_code(401, "UNAUTHORIZED");
    let account = server.account();
    let answer = account.authenticate(&neo.name, &neo.password).await;
    answer.refused(401, "UNAUTHORIZED");
    let line = format!("user {id} cannot log in, because");
    server.terminate().await;
    assert_eq!(server.output().matches(&line).count(), 3);
}

#[on_both_databases]
async fn rows_of_recoveries_and_mail_that_cannot_be_read_hold_up_no_other(db: Database) {
    let server = db.server().start();
    server.azuma().sign_up(&Person::named("neo")).await;
    let (id, before, after) = match db {
        Database::Postgres => (
            "'00000000-0000-4000-8000-000000000001'",
            "'2020-01-01T00:00:00Z'",
            "'2120-01-01T00:00:00Z'",
        ),
        Database::Sqlite => (
            "x'00000000000040008000000000000001'",
            "1577836800000000",
            "4733510400000000",
        ),
    };
    change(
        &server,
        &format!(
            "INSERT INTO recoveries (id, address, language, requested_at) VALUES ({id}, 'nowhere', 'en', {after});
             INSERT INTO outbox (id, kind, language, address, created_at, due_at, useless_from)
                 VALUES ({id}, 'email_changed', 'en', 'nowhere', {before}, {before}, {after});"
        ),
    );
    server.account().recover("neo@example.org").await.done(200);
    server.mail().first_to("neo@example.org").await.token();
    server
        .prints("a recovery failed and will be tried again")
        .await;
    server
        .prints("a message cannot be sent and is now a dead letter")
        .await;
}

//! Many clients who want the same thing at the same time.

use std::time::Duration;

use azuma_tests::moments::outwait;
use azuma_tests::people::Person;
use azuma_tests::server::Server;
use azuma_tests::{Database, on_both_databases};
use tokio::task::JoinSet;

/// How many answers had each status, sorted by status.
async fn statuses(requests: JoinSet<u16>) -> Vec<(u16, usize)> {
    let mut statuses = requests.join_all().await;
    statuses.sort_unstable();
    let groups = statuses.chunk_by(|a, b| a == b);
    groups
        .filter_map(|group| Some((*group.first()?, group.len())))
        .collect()
}

#[on_both_databases]
async fn one_of_24_gets_the_name(db: Database) {
    let server = db.server().start();
    let mut requests = JoinSet::new();
    for number in 0..24 {
        let azuma = server.azuma();
        let email = format!("{number}@example.org");
        requests.spawn(async move { azuma.register("neo", &email, "secret").await.status });
    }
    assert_eq!(statuses(requests).await, [(201, 1), (409, 23)]);
}

fn register_in_every_dialect(server: &Server, name: &'static str) -> JoinSet<u16> {
    let mut requests = JoinSet::new();
    for number in 0..8 {
        let (azuma, legacy, account) = (server.azuma(), server.legacy(), server.account());
        let email = format!("{number}@azuma.example");
        requests.spawn(async move {
            let status = azuma.register(name, &email, "secret").await.status;
            // The status of a success that the other dialects have.
            if status == 201 { 200 } else { status }
        });
        requests.spawn(async move { legacy.register(name, "secret").await.status });
        let email = format!("{number}@account.example");
        requests.spawn(async move { account.register(name, "secret", &email).await.status });
    }
    requests
}

#[on_both_databases]
async fn one_of_24_gets_the_name_whichever_the_dialect(db: Database) {
    let server = db.server().start();
    let requests = register_in_every_dialect(&server, "neo");
    assert_eq!(statuses(requests).await, [(200, 1), (409, 23)]);
}

#[on_both_databases]
async fn one_of_24_gets_the_email(db: Database) {
    let server = db.server().start();
    let mut requests = JoinSet::new();
    for number in 0..24 {
        let azuma = server.azuma();
        let name = format!("user{number}");
        requests.spawn(async move {
            azuma
                .register(&name, "neo@example.org", "secret")
                .await
                .status
        });
    }
    assert_eq!(statuses(requests).await, [(201, 1), (409, 23)]);
}

#[on_both_databases]
async fn one_of_24_gets_a_name_whose_time_is_over(db: Database) {
    let mut server = db.server().set("registration.lifetime", "1s").start();
    server
        .account()
        .register("neo", "secret", "0@azuma.example")
        .await
        .done(200);
    server
        .account()
        .register("other", "secret", "1@azuma.example")
        .await
        .done(200);
    outwait(Duration::from_secs(1)).await;
    server
        .reconfigure(|setup| setup.unset("registration.lifetime"))
        .await;
    let requests = register_in_every_dialect(&server, "neo");
    assert_eq!(statuses(requests).await, [(200, 1), (409, 23)]);
}

#[on_both_databases]
async fn one_of_12_follows_the_link(db: Database) {
    let server = db.server().start();
    let link = server
        .account()
        .request_account(&Person::named("neo"), &server.mail())
        .await;
    let mut requests = JoinSet::new();
    for _ in 0..12 {
        let (account, link) = (server.account(), link.clone());
        requests.spawn(async move { account.verify(&link).await.status });
    }
    assert_eq!(statuses(requests).await, [(200, 1), (404, 11)]);
}

#[on_both_databases]
async fn one_of_12_is_renamed(db: Database) {
    let server = db.server().start();
    let mut tokens = Vec::new();
    for number in 0..12 {
        tokens.push(
            server
                .azuma()
                .sign_up(&Person::named(&format!("user{number}")))
                .await,
        );
    }
    let mut requests = JoinSet::new();
    for token in tokens {
        let azuma = server.azuma();
        requests.spawn(async move { azuma.rename(&token, "neo").await.status });
    }
    assert_eq!(statuses(requests).await, [(200, 1), (409, 11)]);
}

#[on_both_databases]
async fn one_of_12_ends_the_session(db: Database) {
    let server = db.server().start();
    let neo = Person::named("neo");
    let token = server.azuma().sign_up(&neo).await;
    let other = server.azuma().sign_in(&neo).await;
    let id = server.azuma().current_session(&other).await.id;
    let mut requests = JoinSet::new();
    for _ in 0..12 {
        let (azuma, token, id) = (server.azuma(), token.clone(), id.clone());
        requests.spawn(async move { azuma.end_session(&token, &id).await.status });
    }
    assert_eq!(statuses(requests).await, [(204, 1), (404, 11)]);
}

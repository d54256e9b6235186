//! Somebody has stolen the database, and tries everything in it.

use azuma_tests::clients::Carrier;
use azuma_tests::dump::Dump;
use azuma_tests::people::Person;
use azuma_tests::server::Server;
use azuma_tests::{Database, on_both_databases};

/// All that is secret about the people of a server.
struct Secrets {
    passwords: Vec<String>,
    tokens: Vec<String>,
    links: Vec<String>,
}

/// Users and sessions of every dialect, a session that was refreshed, and links that were not followed.
async fn inhabited(db: Database) -> (Server, Secrets) {
    let server = db
        .server()
        .set("sessions.rotating.renew_within", "30d")
        .start();
    let (neo, trinity, tank) = (
        Person::named("neo"),
        Person::named("trinity"),
        Person::named("tank"),
    );
    let azuma = server.azuma().sign_up(&neo).await;
    server.azuma().own_user(&azuma).await.done(200);
    let legacy = server.legacy().sign_up(&trinity).await.token;
    let next = server
        .legacy()
        .me(&legacy)
        .await
        .next_token()
        .expect("a next token");
    let old = server.legacy().sign_in(&trinity).await.token;
    let current = server
        .legacy()
        .me(&old)
        .await
        .next_token()
        .expect("a next token");
    server.azuma().own_user(&current).await.done(200);
    let account = server.account().sign_up(&tank, &server.mail()).await;
    let pending = Person::named("cypher");
    let link = server
        .account()
        .request_account(&pending, &server.mail())
        .await;
    server
        .azuma()
        .change_email(&azuma, "new@example.org")
        .await
        .done(200);
    let change = server.mail().first_to("new@example.org").await.token();
    let secrets = Secrets {
        passwords: [neo, trinity, tank, pending]
            .into_iter()
            .map(|person| person.password)
            .collect(),
        tokens: vec![azuma, legacy, next, old, current, account],
        links: vec![link, change],
    };
    (server, secrets)
}

#[on_both_databases]
async fn nothing_stored_is_a_secret(db: Database) {
    let (server, secrets) = inhabited(db).await;
    let candidates = Dump::of(&server).candidates();
    for secret in [secrets.passwords, secrets.tokens, secrets.links].concat() {
        assert!(!candidates.contains(&secret), "{secret} is stored");
    }
}

#[on_both_databases]
async fn nothing_stored_authenticates(db: Database) {
    let (server, secrets) = inhabited(db).await;
    let dump = Dump::of(&server);
    assert!(
        dump.text().contains("trinity"),
        "the dump is of the right database"
    );
    let candidates = dump.candidates();
    assert!(
        candidates.len() > secrets.tokens.len(),
        "{} candidates",
        candidates.len()
    );
    for candidate in candidates {
        for carrier in Carrier::ALL {
            let status = carrier.present(&server, &candidate).await.status;
            assert_eq!(status, 401, "{candidate} by {carrier:?}");
        }
        server
            .account()
            .verify(&candidate)
            .await
            .refused(404, "NOT_FOUND");
    }
}

//! A thief has the database, and tries everything in it as a token.

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

/// Users and sessions of every dialect, a session that was refreshed, a service, and links that were not followed.
async fn inhabited(db: Database) -> (Server, Secrets) {
    let setup = db.server().set("sessions.rotating.renew_within", "30d");
    let server = setup.start();
    let [neo, trinity, tank, cypher] = ["neo", "trinity", "tank", "cypher"].map(Person::named);
    let next_of = async |token: &str| {
        let next = server.legacy().me(token).await.next_token();
        next.expect("a next token")
    };
    let azuma = server.azuma().sign_up(&neo).await;
    server.azuma().own_user(&azuma).await.done(200);
    let legacy = server.legacy().sign_up(&trinity).await.token;
    let next = next_of(&legacy).await;
    let old = server.legacy().sign_in(&trinity).await.token;
    let current = next_of(&old).await;
    server.azuma().own_user(&current).await.done(200);
    let account = server.account();
    let link = account.request_account(&cypher, &server.mail()).await;
    let account = account.sign_up(&tank, &server.mail()).await;
    let new = "new@example.org";
    server.azuma().change_email(&azuma, new).await.done(200);
    let change = server.mail().first_to(new).await.token();
    let service = server.service("chat").token;
    let people = [neo, trinity, tank, cypher];
    let secrets = Secrets {
        passwords: people.map(|person| person.password).to_vec(),
        tokens: vec![azuma, legacy, next, old, current, account, service],
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
    let is_right = dump.text().contains("trinity");
    assert!(is_right, "the dump is of another database");
    let candidates = dump.candidates();
    let count = candidates.len();
    assert!(count > secrets.tokens.len(), "{count} candidates");
    for candidate in candidates {
        for carrier in Carrier::ALL {
            let status = carrier.present(&server, &candidate).await.status;
            assert_eq!(status, 401, "{candidate} by {carrier:?}");
        }
        let verified = server.account().verify(&candidate).await;
        verified.refused(404, "NOT_FOUND");
    }
}

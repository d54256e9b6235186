//! A session is a session: each dialect accepts every live token, in its own carriers alone.

use azuma_tests::clients::Carrier;
use azuma_tests::people::Person;
use azuma_tests::{Database, on_both_databases};

#[on_both_databases]
async fn a_token_of_each_dialect_is_accepted_by_all(db: Database) {
    let server = db.server().start();
    let [azuma, legacy, account] = server.log_in_everywhere(&Person::named("neo")).await;
    for token in [&azuma.to_uppercase(), &azuma, &legacy, &account] {
        for carrier in Carrier::ALL {
            let status = carrier.present(&server, token).await.status;
            assert_eq!(status, 200, "{token} by {carrier:?}");
        }
    }
}

#[on_both_databases]
async fn a_carrier_authenticates_nothing_outside_its_dialects(db: Database) {
    let server = db.server().start();
    let token = server.legacy().sign_up(&Person::named("neo")).await.token;
    for carrier in [Carrier::LegacyCookie, Carrier::LegacyHeader] {
        let (name, value) = carrier.header(&token);
        for path in ["/user/self", "/user/sessions", "/account/tokens"] {
            let request = server.get(path).header(name, &value);
            request.send().await.challenged(false);
        }
    }
    let answer = server.get("/api/me").bearer(&token).send().await;
    answer.refused_with_code(401, "UNAUTHORIZED");
}

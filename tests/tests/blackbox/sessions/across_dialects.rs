//! A session is a session: each dialect accepts every live token, in its own carriers alone.

use azuma_tests::clients::Carrier;
use azuma_tests::people::Person;
use azuma_tests::server::Server;
use azuma_tests::{Database, on_both_databases};
use reqwest::Method;

async fn expect_accepted(server: &Server, token: &str) {
    for carrier in Carrier::ALL {
        assert_eq!(
            carrier.present(server, token).await.status,
            200,
            "{carrier:?}"
        );
    }
}

#[on_both_databases]
async fn a_token_of_each_dialect_is_accepted_by_all(db: Database) {
    let server = db.server().start();
    let neo = Person::named("neo");
    for token in [
        server.account().sign_up(&neo, &server.mail()).await,
        server.azuma().sign_in(&neo).await,
        server.legacy().sign_in(&neo).await.token,
    ] {
        expect_accepted(&server, &token).await;
    }
}

#[on_both_databases]
async fn a_cookie_authenticates_nothing_outside_the_legacy_dialect(db: Database) {
    let server = db.server().start();
    let token = server.legacy().sign_up(&Person::named("neo")).await.token;
    for path in ["/user/self", "/user/sessions", "/account/tokens"] {
        let request = server.request(Method::GET, path);
        let request = request.header("Cookie", format!("azuma_session={token}"));
        request.send().await.challenged(false);
    }
}

#[on_both_databases]
async fn the_legacy_header_authenticates_nothing_outside_its_dialect(db: Database) {
    let server = db.server().start();
    let token = server.legacy().sign_up(&Person::named("neo")).await.token;
    for path in ["/user/self", "/account/tokens"] {
        let request = server
            .request(Method::GET, path)
            .header("Azuma-Session", &token);
        request.send().await.challenged(false);
    }
}

#[on_both_databases]
async fn a_bearer_token_authenticates_nothing_in_the_legacy_dialect(db: Database) {
    let server = db.server().start();
    let token = server.azuma().sign_up(&Person::named("neo")).await;
    let answer = server
        .request(Method::GET, "/api/me")
        .bearer(&token)
        .send()
        .await;
    answer.refused_with_code(401, "UNAUTHORIZED");
}

#[on_both_databases]
async fn the_scheme_and_a_uuid_are_read_in_every_case(db: Database) {
    let server = db.server().start();
    let token = server.azuma().sign_up(&Person::named("neo")).await;
    for scheme in ["Bearer", "bearer", "BEARER"] {
        let value = format!("{scheme} {}", token.to_uppercase());
        let request = server
            .request(Method::GET, "/user/self")
            .header("Authorization", value);
        request.send().await.done(200);
    }
    expect_accepted(&server, &token.to_uppercase()).await;
}

#[on_both_databases]
async fn a_uuid_is_read_with_its_hyphens_alone(db: Database) {
    let server = db.server().start();
    let token = server.azuma().sign_up(&Person::named("neo")).await;
    let simple = token.replace('-', "");
    for other in [simple, format!("{{{token}}}"), format!("urn:uuid:{token}")] {
        server.azuma().own_user(&other).await.challenged(true);
    }
}

#[on_both_databases]
async fn a_token_of_64_characters_is_read_as_it_is_written(db: Database) {
    let server = db.server().start();
    let token = server.legacy().sign_up(&Person::named("neo")).await.token;
    for other in [token.to_lowercase(), token.to_uppercase()] {
        server.legacy().me(&other).await.challenged(true);
    }
}

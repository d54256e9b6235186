//! The cookie that a refresh sets.

use azuma_tests::people::Person;
use azuma_tests::server::Setup;
use azuma_tests::{Database, on_both_databases};

/// The attributes of the cookie, lower-case, without the pair itself.
async fn attributes(setup: Setup) -> Vec<String> {
    let server = setup.set("sessions.rotating.renew_within", "30d").start();
    let token = server.legacy().sign_up(&Person::named("neo")).await.token;
    let answer = server.legacy().me_by_cookie(&token).await;
    let cookie = answer
        .header("Set-Cookie")
        .expect("a refresh sets the cookie");
    cookie
        .split(';')
        .skip(1)
        .map(|part| part.trim().to_lowercase())
        .collect()
}

#[on_both_databases]
async fn is_for_the_whole_site_and_out_of_reach_of_scripts(db: Database) {
    let attributes = attributes(db.server()).await;
    for expected in ["path=/", "httponly", "samesite=lax"] {
        assert!(
            attributes.iter().any(|found| found == expected),
            "{expected}: {attributes:?}"
        );
    }
    assert!(
        attributes.iter().all(|found| found != "secure"),
        "{attributes:?}"
    );
}

#[on_both_databases]
async fn is_secure_where_the_public_url_is(db: Database) {
    let setup = db.server().set("http.public_url", "https://azuma.example");
    let attributes = attributes(setup).await;
    assert!(
        attributes.iter().any(|found| found == "secure"),
        "{attributes:?}"
    );
}

#[on_both_databases]
async fn lives_as_long_as_the_token(db: Database) {
    let attributes = attributes(db.server()).await;
    let age = attributes
        .iter()
        .find_map(|found| found.strip_prefix("max-age="));
    let end = attributes
        .iter()
        .find_map(|found| found.strip_prefix("expires="));
    assert!(age.is_some() || end.is_some(), "{attributes:?}");
    if let Some(age) = age {
        let off = age.parse::<i64>().expect("seconds") - 30 * 24 * 60 * 60;
        assert!(off.abs() < 60, "Max-Age is {off} s from 30 days");
    }
}

//! Whom it names, and whom it refuses.

use azuma_tests::clients::Carrier;
use azuma_tests::people::Person;
use azuma_tests::{Database, on_both_databases};

use super::{CARRIERS, PATH, asked_with, named};

#[on_both_databases]
async fn any_name_is_percent_encoded_to_visible_ascii(db: Database) {
    let server = db.server().start();
    for (name, sent) in [
        ("neo", "neo"),
        ("100%25", "100%2525"),
        ("a,b;c=\"d\"", "a,b;c=\"d\""),
        ("{env.HOME}", "%7Benv.HOME%7D"),
        ("nëo", "n%C3%ABo"),
        ("新", "%E6%96%B0"),
        ("سلام", "%D8%B3%D9%84%D8%A7%D9%85"),
    ] {
        let session = server.legacy().sign_up(&Person::named(name)).await;
        let answer = asked_with(&server, Carrier::Azuma, &session.token).await;
        assert_eq!(named(&answer).1, Some(sent));
    }
}

#[on_both_databases]
async fn an_answer_is_a_use_of_the_session(db: Database) {
    let server = db.server().start();
    let service = server.service("chat");
    let token = server.azuma().sign_up(&Person::named("neo")).await;
    let expiry = async || {
        let mut peeked = service.peek(&[&token]).await.success(200);
        peeked.answers.remove(0).expires_at.expect("a live token")
    };
    let issued = expiry().await;
    asked_with(&server, Carrier::Azuma, &token).await.done(204);
    let used = expiry().await;
    assert!(used > issued, "{used} is not two weeks after {issued}");
}

#[on_both_databases]
async fn ended_sessions_disabled_users_and_services_are_refused(db: Database) {
    let server = db.server().start();
    let neo = Person::named("neo");
    let ended = server.azuma().sign_up(&neo).await;
    server.azuma().logout(&ended).await.done(204);
    let disabled = server.azuma().sign_in(&neo).await;
    server.setup().run(&["user", "disable", "neo"]).success();
    let service = server.service("chat").token;
    for carrier in CARRIERS {
        for token in [&ended, &disabled, &service] {
            asked_with(&server, carrier, token).await.challenged(true);
        }
    }
}

#[on_both_databases]
async fn a_page_of_a_listed_origin_does_not_read_it(db: Database) {
    let setup = db.server();
    let server = setup
        .set("http.cors.origins", "[\"https://app.example.org\"]")
        .start();
    let token = server.azuma().sign_up(&Person::named("neo")).await;
    for path in [PATH, "/auth/chec%6b"] {
        let request = server.get(path).header("Origin", "https://app.example.org");
        let answer = request.bearer(&token).send().await;
        assert_eq!(answer.header("Access-Control-Allow-Origin"), None, "{path}");
    }
}

//! Which token decides, and where the next one goes.

use azuma_tests::clients::Carrier;
use azuma_tests::people::Person;
use azuma_tests::{Database, on_both_databases};
use reqwest::Method;

use super::{CARRIERS, PATH, asked, asked_with, named};

#[on_both_databases]
async fn a_live_token_of_any_dialect_in_any_carrier_names_its_user(db: Database) {
    let server = db.server().start();
    let neo = Person::named("neo");
    let tokens = server.log_in_everywhere(&neo).await;
    let user = server.azuma().own_user(&tokens[0]).await.success(200);
    for token in &tokens {
        for carrier in CARRIERS {
            let answer = asked_with(&server, carrier, token).await;
            assert_eq!(named(&answer), (user.id.as_str(), Some("neo")));
            let (name, value) = carrier.header(token);
            let head = server.request(Method::HEAD, PATH).header(name, value);
            assert_eq!(named(&head.send().await), (user.id.as_str(), Some("neo")));
        }
    }
}

#[on_both_databases]
async fn of_several_carriers_the_first_decides_alone(db: Database) {
    let server = db.server().start();
    let neo = server.azuma().sign_up(&Person::named("neo")).await;
    let trinity = server.azuma().sign_up(&Person::named("trinity")).await;
    for (at, first) in CARRIERS.into_iter().enumerate() {
        for later in CARRIERS.into_iter().skip(at + 1) {
            let both = [later.header(&neo), first.header(&trinity)];
            let answer = asked(&server, &both).await;
            assert_eq!(named(&answer).1, Some("trinity"), "{first:?}, {later:?}");
            for bad in ["nonsense", &"A".repeat(64)] {
                let both = [later.header(&neo), first.header(bad)];
                asked(&server, &both).await.challenged(true);
            }
        }
    }
    // Another scheme is for the service.
    let basic = ("Authorization", "Basic bmVvOnVzZXIx".to_owned());
    let both = [basic, Carrier::LegacyCookie.header(&neo)];
    assert_eq!(named(&asked(&server, &both).await).1, Some("neo"));
    for carrier in [Carrier::LegacyHeader, Carrier::Azuma] {
        let twice = [carrier.header(&neo), carrier.header(&neo)];
        asked(&server, &twice).await.challenged(true);
    }
    let in_query = server.get(&format!("{PATH}?token={neo}&azuma_session={neo}"));
    in_query.send().await.challenged(false);
}

#[on_both_databases]
async fn a_next_token_comes_as_the_token_came_and_its_first_use_makes_it_current(db: Database) {
    let setup = db.server().set("sessions.rotating.renew_within", "30d");
    let server = setup.start();
    let token = server.legacy().sign_up(&Person::named("neo")).await.token;
    let by_bearer = asked_with(&server, Carrier::Azuma, &token).await;
    by_bearer.done(204);
    assert_eq!(by_bearer.next_token(), None, "none is made yet");
    let by_header = asked_with(&server, Carrier::LegacyHeader, &token).await;
    by_header.done(204);
    let next = by_header.next_token().expect("it is due");
    let by_bearer = asked_with(&server, Carrier::Azuma, &token).await;
    by_bearer.done(204);
    assert_eq!(by_bearer.next_token().as_ref(), Some(&next));
    let by_cookie = asked_with(&server, Carrier::LegacyCookie, &token).await;
    by_cookie.done(204);
    assert_eq!(by_cookie.next_token_in_cookie().as_ref(), Some(&next));
    let at_legacy = server.legacy().me(&token).await;
    assert_eq!(at_legacy.next_token().as_ref(), Some(&next));

    // A token that is current has a next one.
    let first_use = asked_with(&server, Carrier::LegacyHeader, &next).await;
    let third = first_use.next_token().expect("it is due");
    assert!(third != next && third != token);
}

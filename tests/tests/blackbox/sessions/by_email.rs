//! Logging in with an address.

use azuma_tests::people::Person;
use azuma_tests::{Database, on_both_databases};

#[on_both_databases]
async fn every_api_takes_a_proved_address_in_place_of_the_name(db: Database) {
    let server = db.server().start();
    let neo = Person::named("neo");
    server.account().sign_up(&neo, &server.mail()).await;
    let (email, password) = (neo.email.to_uppercase(), &neo.password);
    let azuma = server.azuma().login(&email, password).await;
    let legacy = server.legacy().login(&email, password).await;
    let account = server.account().authenticate(&email, password).await;
    for token in [
        azuma.success(200).token,
        legacy.success(200).token,
        account.success(200).token,
    ] {
        let own = server.azuma().own_user(&token).await.success(200);
        assert_eq!(own.name, neo.name);
    }
}

#[on_both_databases]
async fn no_api_takes_an_address_that_is_merely_claimed(db: Database) {
    let server = db.server().start();
    let neo = Person::named("neo");
    server.azuma().sign_up(&neo).await;
    let (email, password) = (&neo.email, &neo.password);
    let refused = server.azuma().login(email, password).await;
    refused.refused(404, "NOT_FOUND");
    let refused = server.legacy().login(email, password).await;
    refused.refused_with_code(404, "NOT_FOUND");
    let refused = server.account().authenticate(email, password).await;
    refused.refused(404, "NOT_FOUND");
}

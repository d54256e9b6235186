//! `GET /account/tokens` and `DELETE /account/tokens`

use azuma_tests::moments::{days, expect_in};
use azuma_tests::people::Person;
use azuma_tests::{Database, on_both_databases};
use time::OffsetDateTime;

#[on_both_databases]
async fn lists_the_real_tokens_of_every_dialect_and_when_they_expire(db: Database) {
    let mut server = db.server().start();
    let neo = Person::named("neo");
    let account = server.account().sign_up(&neo, &server.mail()).await;
    let azuma = server.azuma().sign_in(&neo).await;
    server.azuma().own_user(&azuma).await.done(200);
    let legacy = server.legacy().sign_in(&neo).await.token;
    let unused = server.account().sign_in(&neo).await;
    let listed = server.account().tokens(&account).await.success(200).tokens;
    assert_eq!(listed.len(), 4);
    for (token, span) in [
        (&account, days(14)),
        (&unused, days(14)),
        (&azuma, days(14)),
        (&legacy, days(30)),
    ] {
        let found = listed.iter().find(|(listed, _)| listed == token);
        let (_, seconds) = found.expect("it is listed");
        let expiry = OffsetDateTime::from_unix_timestamp(*seconds);
        expect_in(span, expiry.expect("a second of our time"));
    }
    let before = server.account().list_tokens(&account).await;
    server.restart().await;
    assert_eq!(server.account().list_tokens(&account).await, before);
}

#[on_both_databases]
async fn a_deleted_token_authenticates_no_more_and_may_be_the_one_that_asks(db: Database) {
    let server = db.server().start();
    let (account, legacy) = (server.account(), server.legacy());
    let neo = Person::named("neo");
    let token = account.sign_up(&neo, &server.mail()).await;
    let other = legacy.sign_in(&neo).await.token;
    legacy.me(&other).await.done(200);
    account.delete_token(&token, &other).await.done(200);
    legacy.me(&other).await.challenged(true);
    account.delete_token(&token, &token).await.done(200);
    account.tokens(&token).await.challenged(true);
}

#[on_both_databases]
async fn a_token_that_is_not_the_accounts_own_is_not_found(db: Database) {
    let server = db.server().start();
    let trinity = server.azuma().sign_up(&Person::named("trinity")).await;
    let token = server.azuma().sign_up(&Person::named("neo")).await;
    let unknown = "ee8e77d9-290e-4bb9-84a1-c2b7efb338df";
    for other in ["", "nonsense", "a\0b", unknown, &trinity] {
        let answer = server.account().delete_token(&token, other).await;
        answer.refused(404, "NOT_FOUND");
    }
}

//! `GET /user/self` and `GET /user/{id}`

use azuma_tests::moments::{expect_in, minutes, moment};
use azuma_tests::people::Person;
use azuma_tests::shapes::is_uuid;
use azuma_tests::{Database, on_both_databases};

#[on_both_databases]
async fn a_user_sees_themselves(db: Database) {
    let server = db.server().start();
    let azuma = server.azuma();
    let token = azuma.sign_up(&Person::named("John")).await;
    let john = azuma.own_user(&token).await.success(200);
    assert!(is_uuid(&john.id), "{}", john.id);
    assert_eq!(john.name, "John");
    assert_eq!(john.email.as_deref(), Some("john@example.org"));
    assert_eq!((john.icon, john.status), (None, None));
    expect_in(minutes(0), moment(&john.created_at));
}

#[on_both_databases]
async fn a_user_without_an_address_sees_null(db: Database) {
    let server = db.server().start();
    let token = server.legacy().sign_up(&Person::named("neo")).await.token;
    let user = server.azuma().own_user(&token).await.success(200);
    assert_eq!((user.email, user.email_verified), (None, false));
}

#[on_both_databases]
async fn an_address_is_verified_once_its_link_was_followed(db: Database) {
    let server = db.server().start();
    let (azuma, account) = (server.azuma(), server.account());
    let is_verified = async |token: &str| {
        let user = azuma.own_user(token).await;
        user.success(200).email_verified
    };
    let claimed = azuma.sign_up(&Person::named("claimed")).await;
    assert!(!is_verified(&claimed).await);
    let verified = Person::named("verified");
    let verified = account.sign_up(&verified, &server.mail()).await;
    assert!(is_verified(&verified).await);
}

#[on_both_databases]
async fn others_are_seen_without_their_address(db: Database) {
    let server = db.server().start();
    let azuma = server.azuma();
    let john = azuma.sign_up(&Person::named("John")).await;
    let john = azuma.own_user(&john).await.success(200);
    let viewer = azuma.sign_up(&Person::named("viewer")).await;
    let seen = azuma.user(&viewer, &john.id).await.success(200);
    assert_eq!((seen.id, seen.name), (john.id, john.name));
    assert_eq!(seen.created_at, john.created_at);
}

#[on_both_databases]
async fn an_id_of_nobody_is_not_found(db: Database) {
    let server = db.server().start();
    let azuma = server.azuma();
    let token = azuma.sign_up(&Person::named("John")).await;
    for id in [
        "ee8e77d9-290e-4bb9-84a1-c2b7efb338df",
        "John",
        "0",
        "%00",
        "%ff%fe",
        "ee8e77d9-290e-4bb9-84a1",
        "%F0%9F%A6%80",
    ] {
        azuma.user(&token, id).await.refused(404, "NOT_FOUND");
    }
}

#[on_both_databases]
async fn timestamps_come_back_as_they_were_stored(db: Database) {
    let mut server = db.server().start();
    let token = server.azuma().sign_up(&Person::named("John")).await;
    let before = server.azuma().own_user(&token).await.success(200);
    server.restart().await;
    assert_eq!(server.azuma().own_user(&token).await.success(200), before);
}

//! `GET /user/self` and `GET /user/{id}`

use azuma_tests::moments::{expect_in, minutes, moment};
use azuma_tests::people::Person;
use azuma_tests::shapes::is_uuid;
use azuma_tests::{Database, on_both_databases};

#[on_both_databases]
async fn users_see_themselves_and_others_see_no_address(db: Database) {
    let server = db.server().start();
    let azuma = server.azuma();
    let token = azuma.sign_up(&Person::named("John")).await;
    let john = azuma.own_user(&token).await.success(200);
    assert!(is_uuid(&john.id), "{}", john.id);
    assert_eq!(john.name, "John");
    assert_eq!(john.email.as_deref(), Some("john@example.org"));
    assert_eq!((john.icon, john.status), (None, None));
    expect_in(minutes(0), moment(&john.created_at));
    let viewer = server.legacy().sign_up(&Person::named("viewer")).await;
    let seen = azuma.user(&viewer.token, &john.id).await.success(200);
    assert_eq!((seen.id, seen.name), (john.id, john.name));
    assert_eq!(seen.created_at, john.created_at);
    let viewer = azuma.own_user(&viewer.token).await.success(200);
    assert_eq!((viewer.email, viewer.email_verified), (None, false));
}

#[on_both_databases]
async fn an_id_of_nobody_is_not_found(db: Database) {
    let server = db.server().start();
    let azuma = server.azuma();
    let token = azuma.sign_up(&Person::named("John")).await;
    let unknown = "ee8e77d9-290e-4bb9-84a1-c2b7efb338df";
    for id in [
        unknown,
        &unknown[..23],
        "John",
        "0",
        "%00",
        "%ff%fe",
        "%F0%9F%A6%80",
    ] {
        azuma.user(&token, id).await.refused(404, "NOT_FOUND");
    }
}

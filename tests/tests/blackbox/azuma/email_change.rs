//! A changed e-mail address, by `PATCH /user/update` and the link mailed to the new one.

use azuma_tests::people::Person;
use azuma_tests::{Database, on_both_databases};

#[on_both_databases]
async fn takes_effect_once_the_link_mailed_to_the_new_address_is_followed(db: Database) {
    let server = db.server().start();
    let azuma = server.azuma();
    let new = "new@example.org";
    let neo = Person::named("neo");
    let token = azuma.sign_up(&neo).await;
    azuma.change_email(&token, new).await.done(200);
    let link = server.mail().first_to(new).await.token();
    assert!(server.mail().to(&neo.email).is_empty());
    let user = azuma.own_user(&token).await.success(200);
    assert_eq!((user.email, user.email_verified), (Some(neo.email), false));
    server.account().verify(&link).await.done(200);
    let user = azuma.own_user(&token).await.success(200);
    let email = user.email.as_deref();
    assert_eq!((email, user.email_verified), (Some(new), true));
}

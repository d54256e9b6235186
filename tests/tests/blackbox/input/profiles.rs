//! Icon and status.

use azuma_tests::clients::Update;
use azuma_tests::people::Person;
use azuma_tests::{Database, on_both_databases};

fn update(icon: &str, status: &str) -> Update {
    Update {
        icon: Some(Some(icon.to_owned())),
        status: Some(Some(status.to_owned())),
        ..Update::default()
    }
}

#[on_both_databases]
async fn the_longest_are_kept_and_longer_ones_are_refused(db: Database) {
    let server = db.server().start();
    let azuma = server.azuma();
    let token = azuma.sign_up(&Person::named("neo")).await;
    let (icon, status) = ("é".repeat(1_024), "🦀".repeat(256));
    azuma
        .update(&token, &update(&icon, &status))
        .await
        .done(200);
    for bad in [
        update(&"é".repeat(1_025), ""),
        update("", &"é".repeat(257)),
        update("a\0b", ""),
        update("", "a\0b"),
    ] {
        let answer = azuma.update(&token, &bad).await;
        answer.refused(400, "BAD_REQUEST");
    }
    let user = azuma.own_user(&token).await.success(200);
    assert_eq!((user.icon, user.status), (Some(icon), Some(status)));
}

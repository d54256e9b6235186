//! Icon and status.

use azuma_tests::clients::{Answer, Update, Updated};
use azuma_tests::people::Person;
use azuma_tests::server::Server;
use azuma_tests::{Database, on_both_databases};

async fn set(
    server: &Server,
    token: &str,
    icon: Option<&str>,
    status: Option<&str>,
) -> Answer<Updated> {
    let update = Update {
        icon: icon.map(|icon| Some(icon.to_owned())),
        status: status.map(|status| Some(status.to_owned())),
        ..Update::default()
    };
    server.azuma().update(token, &update).await
}

#[on_both_databases]
async fn an_icon_of_2048_bytes_is_kept(db: Database) {
    let server = db.server().start();
    let token = server.azuma().sign_up(&Person::named("neo")).await;
    for icon in ["x".repeat(2_048), "é".repeat(1_024)] {
        set(&server, &token, Some(&icon), None).await.done(200);
        assert_eq!(
            server.azuma().own_user(&token).await.success(200).icon,
            Some(icon)
        );
    }
}

#[on_both_databases]
async fn a_longer_icon_is_refused(db: Database) {
    let server = db.server().start();
    let token = server.azuma().sign_up(&Person::named("neo")).await;
    for icon in ["x".repeat(2_049), "é".repeat(1_025)] {
        set(&server, &token, Some(&icon), None)
            .await
            .refused(400, "BAD_REQUEST");
    }
    assert_eq!(
        server.azuma().own_user(&token).await.success(200).icon,
        None
    );
}

#[on_both_databases]
async fn a_status_of_256_characters_is_kept(db: Database) {
    let server = db.server().start();
    let token = server.azuma().sign_up(&Person::named("neo")).await;
    for status in ["x".repeat(256), "🦀".repeat(256)] {
        set(&server, &token, None, Some(&status)).await.done(200);
        assert_eq!(
            server.azuma().own_user(&token).await.success(200).status,
            Some(status)
        );
    }
}

#[on_both_databases]
async fn a_longer_status_is_refused(db: Database) {
    let server = db.server().start();
    let token = server.azuma().sign_up(&Person::named("neo")).await;
    for status in ["x".repeat(257), "é".repeat(257)] {
        set(&server, &token, None, Some(&status))
            .await
            .refused(400, "BAD_REQUEST");
    }
    assert_eq!(
        server.azuma().own_user(&token).await.success(200).status,
        None
    );
}

#[on_both_databases]
async fn nul_is_refused(db: Database) {
    let server = db.server().start();
    let token = server.azuma().sign_up(&Person::named("neo")).await;
    set(&server, &token, Some("a\0b"), None)
        .await
        .refused(400, "BAD_REQUEST");
    set(&server, &token, None, Some("a\0b"))
        .await
        .refused(400, "BAD_REQUEST");
}

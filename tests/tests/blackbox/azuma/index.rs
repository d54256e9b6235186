//! `GET /`

use azuma_tests::{Database, on_both_databases};

#[on_both_databases]
async fn describes_the_instance(db: Database) {
    let server = db.server().start();
    let index = server.azuma().index().await.success(200);
    assert_eq!(index.name, "azumaneo");
    assert_eq!(index.version, env!("CARGO_PKG_VERSION"));
    assert_eq!(index.license, "AGPL-3.0-or-later");
    assert!(!index.authors.is_empty(), "somebody wrote it");
}

#[on_both_databases]
async fn shows_the_configured_name(db: Database) {
    let server = db.server().set("instance.name", "The Lodge").start();
    assert_eq!(server.azuma().index().await.success(200).name, "The Lodge");
}

//! `GET /`

use azuma_tests::{Database, on_both_databases};

#[on_both_databases]
async fn describes_the_instance_by_its_configured_name(db: Database) {
    let server = db.server().set("instance.name", "The Lodge").start();
    let index = server.azuma().index().await.success(200);
    assert_eq!(index.name, "The Lodge");
    assert_eq!(index.version, env!("CARGO_PKG_VERSION"));
    assert_eq!(index.license, "AGPL-3.0-or-later");
    assert!(!index.authors.is_empty(), "somebody wrote it");
}

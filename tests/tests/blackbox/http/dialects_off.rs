//! Dialects that are switched off.

use azuma_tests::server::Server;
use azuma_tests::{Database, on_both_databases};

use super::routes::{self, Dialect};

async fn expect_unknown(server: &Server, dialect: Dialect) {
    for route in routes::of(dialect) {
        for request in route.requests(server) {
            let answer = request.send().await;
            assert_eq!(answer.status, 404, "{}", route.path);
            assert_eq!(answer.refusal().message, "NOT_FOUND", "{}", route.path);
        }
    }
}

async fn expect_known(server: &Server, dialect: Dialect) {
    for route in routes::of(dialect) {
        for request in route.requests(server) {
            assert_ne!(request.send().await.status, 404, "{}", route.path);
        }
    }
}

#[on_both_databases]
async fn without_the_current_dialect(db: Database) {
    let server = db.server().set("dialects.azuma", "false").start();
    expect_unknown(&server, Dialect::Azuma).await;
    expect_known(&server, Dialect::Legacy).await;
    expect_known(&server, Dialect::Account).await;
}

#[on_both_databases]
async fn without_the_legacy_dialect(db: Database) {
    let server = db.server().set("dialects.legacy", "false").start();
    expect_unknown(&server, Dialect::Legacy).await;
    expect_known(&server, Dialect::Azuma).await;
    expect_known(&server, Dialect::Account).await;
}

#[on_both_databases]
async fn without_the_account_dialect(db: Database) {
    let server = db.server().set("dialects.account", "false").start();
    expect_unknown(&server, Dialect::Account).await;
    expect_known(&server, Dialect::Azuma).await;
    expect_known(&server, Dialect::Legacy).await;
}

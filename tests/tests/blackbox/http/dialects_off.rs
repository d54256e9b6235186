//! Dialects that are switched off.

use azuma_tests::{Database, on_both_databases};

use super::routes::{Dialect, ROUTES};

#[on_both_databases]
async fn their_routes_are_unknown_and_those_of_the_others_are_not(db: Database) {
    for (setting, off) in [
        ("dialects.azuma", Dialect::Azuma),
        ("dialects.legacy", Dialect::Legacy),
        ("dialects.account", Dialect::Account),
        ("dialects.service", Dialect::Service),
    ] {
        let server = db.server().set(setting, "false").start();
        for route in ROUTES {
            for request in route.requests(&server) {
                let answer = request.send().await;
                let path = route.path;
                assert_eq!(answer.status == 404, route.dialect == off, "{path}");
                if route.dialect == off {
                    assert_eq!(answer.refusal().message, "NOT_FOUND", "{path}");
                }
            }
        }
    }
}

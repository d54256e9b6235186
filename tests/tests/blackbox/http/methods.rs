//! Methods that a route does not answer.

use azuma_tests::{Database, on_both_databases};

use super::routes::{Dialect, ROUTES};

async fn refuse(db: Database, method: &str) {
    let server = db.server().start();
    for route in ROUTES {
        let answer = server
            .request(method.parse().expect("a method"), route.path)
            .send()
            .await;
        match route.dialect {
            Dialect::Legacy => answer.refused_with_code(405, "METHOD_NOT_ALLOWED"),
            Dialect::Azuma | Dialect::Account => answer.refused(405, "METHOD_NOT_ALLOWED"),
        }
        let allow = answer.header("Allow").unwrap_or_default();
        let allowed: Vec<_> = allow.split(',').map(str::trim).collect();
        for expected in route.methods {
            assert!(allowed.contains(expected), "{}: Allow: {allow}", route.path);
        }
        assert!(!allowed.contains(&method), "{}: Allow: {allow}", route.path);
    }
}

#[on_both_databases]
async fn every_route_names_the_methods_it_allows(db: Database) {
    refuse(db, "PUT").await;
}

#[on_both_databases]
async fn an_unknown_method_is_not_allowed(db: Database) {
    refuse(db, "BREW").await;
}

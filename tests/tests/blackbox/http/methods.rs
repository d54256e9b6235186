//! Methods that a route does not answer.

use azuma_tests::{Database, on_both_databases};

use super::routes::{Dialect, ROUTES};

#[on_both_databases]
async fn every_route_names_the_methods_it_allows(db: Database) {
    let server = db.server().start();
    for (route, method) in ROUTES
        .iter()
        .flat_map(|route| [(route, "PUT"), (route, "BREW")])
    {
        let request = server.request(method.parse().expect("a method"), route.path);
        let answer = request.send().await;
        match route.dialect {
            Dialect::Legacy => answer.refused_with_code(405, "METHOD_NOT_ALLOWED"),
            Dialect::None | Dialect::Azuma | Dialect::Account | Dialect::Service => {
                answer.refused(405, "METHOD_NOT_ALLOWED");
            }
        }
        let allow = answer.header("Allow").unwrap_or_default();
        let allowed: Vec<_> = allow.split(',').map(str::trim).collect();
        for expected in route.methods {
            assert!(allowed.contains(expected), "{}: Allow: {allow}", route.path);
        }
        assert!(!allowed.contains(&method), "{}: Allow: {allow}", route.path);
    }
}

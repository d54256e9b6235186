//! Paths that no dialect knows.

use azuma_tests::{Database, on_both_databases};

#[on_both_databases]
async fn are_not_found_in_the_dialects_words_by_any_method_whatever_the_token(db: Database) {
    let server = db.server().start();
    for method in ["GET", "POST", "PUT", "PATCH", "DELETE", "BREW"] {
        let ask = |path: &str| {
            let request = server.request(method.parse().expect("a method"), path);
            request.bearer("nonsense").send()
        };
        for path in [
            "/nowhere",
            "/users/1/friends",
            "/account/nowhere",
            "/apix",
            "/%00",
            "/%ff",
            "//",
        ] {
            ask(path).await.refused(404, "NOT_FOUND");
        }
        for path in ["/api/nowhere", "/api/me/too", "/api/%00"] {
            ask(path).await.refused_with_code(404, "NOT_FOUND");
        }
    }
}

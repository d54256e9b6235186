//! Pages of other origins.

use azuma_tests::browser::{Browser, Look};
use azuma_tests::clients::{Answer, ApiError};
use azuma_tests::people::Person;
use azuma_tests::server::Server;
use azuma_tests::{Database, on_both_databases};
use reqwest::Method;

const APP: &str = "https://app.example.org";

fn server(db: Database) -> Server {
    db.server()
        .set("http.cors.origins", "[\"https://app.example.org\"]")
        .start()
}

/// Whether a browser lets a page of this origin read the response, with cookies.
fn is_readable_by(answer: &Answer<ApiError>, origin: &str) -> bool {
    answer.header("Access-Control-Allow-Origin") == Some(origin)
        && answer.header("Access-Control-Allow-Credentials") == Some("true")
}

#[on_both_databases]
async fn a_listed_page_reads_every_answer_refusals_too(db: Database) {
    let server = server(db);
    let large = "x".repeat(20_000);
    for (method, path, body, status) in [
        (Method::GET, "/", "", 200),
        (Method::GET, "/user/self", "", 401),
        (Method::GET, "/api/me", "", 401),
        (Method::PUT, "/users", "", 405),
        (Method::POST, "/users", large.as_str(), 413),
        (Method::POST, "/account/register", "{}", 400),
        (Method::GET, "/no/such/route", "", 404),
    ] {
        let request = server.request(method.clone(), path).header("Origin", APP);
        let answer = request.body(body).send().await;
        assert_eq!(answer.status, status, "{method} {path}");
        assert!(is_readable_by(&answer, APP), "{method} {path}");
        let exposed = answer
            .header("Access-Control-Expose-Headers")
            .unwrap_or_default();
        for name in [
            "azuma-session",
            "azuma-otp",
            "retry-after",
            "x-request-id",
            "www-authenticate",
        ] {
            assert!(exposed.contains(name), "{path}: {exposed}");
        }
        let vary = answer.header("Vary").unwrap_or_default();
        assert!(vary.to_lowercase().contains("origin"), "{path}: {vary}");
    }
}

#[on_both_databases]
async fn a_browser_that_asks_first_is_told_what_a_listed_page_may_send(db: Database) {
    let server = server(db);
    let ask = |origin, path, headers| {
        let ask = server
            .request(Method::OPTIONS, path)
            .header("Origin", origin);
        let ask = ask.header("Access-Control-Request-Method", "PATCH");
        ask.header("Access-Control-Request-Headers", headers)
    };
    let allowed = ask(
        APP,
        "/user/update",
        "authorization,content-type,azuma-session",
    );
    let allowed = allowed.send().await;
    assert_eq!(allowed.status, 200);
    assert!(is_readable_by(&allowed, APP));
    let methods = allowed
        .header("Access-Control-Allow-Methods")
        .unwrap_or_default();
    assert!(
        methods.contains("PATCH") && methods.contains("DELETE"),
        "{methods}"
    );
    for (origin, path, headers) in [
        ("https://evil.example", "/user/update", "authorization"),
        ("null", "/user/update", "authorization"),
        (APP, "/user/update", "x-forwarded-for"),
        (APP, "/me", "content-type"),
    ] {
        let refused = ask(origin, path, headers).send().await;
        assert!(
            !is_readable_by(&refused, origin),
            "{origin} {path} {headers}"
        );
    }
}

#[tokio::test]
async fn a_browser_that_asks_in_vain_is_told_why_as_in_any_error() {
    let server = server(Database::Sqlite);
    for (origin, method, header, detail) in [
        (
            "https://evil.example",
            "PATCH",
            "authorization",
            "Origin is not allowed to make this request",
        ),
        (
            APP,
            "PUT",
            "authorization",
            "Requested method is not allowed",
        ),
        (
            APP,
            "PATCH",
            "x-hunter2",
            "One or more request headers are not allowed",
        ),
    ] {
        let ask = server
            .request(Method::OPTIONS, "/user/update")
            .header("Origin", origin)
            .header("Access-Control-Request-Method", method)
            .header("Access-Control-Request-Headers", header);
        let refused = ask.send().await;
        assert_eq!(refused.status, 400);
        let body = format!(r#"{{"message":"BAD_REQUEST","detail":"{detail}"}}"#);
        assert_eq!(refused.text(), body);
    }
}

#[on_both_databases]
async fn no_other_page_reads_anything_and_no_page_reads_ours(db: Database) {
    let server = server(db);
    for (origin, path) in [
        ("https://evil.example", "/"),
        ("https://app.example.org.evil.example", "/"),
        ("http://app.example.org", "/"),
        ("https://app.example.org:444", "/"),
        (APP, "/me"),
        (APP, "/me/export"),
        (APP, "/%6de"),
        (APP, "/reset"),
    ] {
        let answer = server.get(path).header("Origin", origin).send().await;
        let allowed = answer.header("Access-Control-Allow-Origin");
        assert_eq!(allowed, None, "{origin} {path}");
    }
}

#[on_both_databases]
async fn without_a_list_no_header_is_sent(db: Database) {
    let server = db.server().start();
    let answer = server.get("/").header("Origin", APP).send().await;
    for name in [
        "Access-Control-Allow-Origin",
        "Access-Control-Allow-Credentials",
        "Access-Control-Expose-Headers",
        "Vary",
    ] {
        assert_eq!(answer.header(name), None, "{name}");
    }
    let ask = server
        .request(Method::OPTIONS, "/users")
        .header("Origin", APP);
    let ask = ask.header("Access-Control-Request-Method", "POST");
    assert_eq!(ask.send().await.status, 405);
}

/// A script that asks the server, and answers what a page may see of the response.
fn asking(server: &Server, path: &str, init: &str) -> String {
    let url = format!("http://{}{path}", server.address());
    format!(
        "fetch('{url}', {{{init}}}).then(r => r.status + ' ' + (r.headers.get('X-Request-Id') !== null),
            () => 'refused')"
    )
}

#[tokio::test]
async fn a_page_in_a_browser_uses_header_and_cookie_if_its_origin_is_listed() {
    // The page is that of another server: another port is another origin of the same site, whose cookies are sent.
    let elsewhere = Database::Sqlite.server().start();
    let page = format!("http://{}", elsewhere.address());
    let listed = Database::Sqlite.server();
    let listed = listed
        .set("http.cors.origins", &format!("[\"{page}\"]"))
        .start();
    let unlisted = Database::Sqlite.server().start();
    let neo = Person::named("neo");
    let browser = Browser::start(Look::default()).await;
    for (server, by_header, by_cookie) in [
        (&listed, "200 true", "200 true"),
        (&unlisted, "refused", "refused"),
    ] {
        let token = server.azuma().sign_up(&neo).await;
        let legacy = server.legacy().sign_in(&neo).await;
        browser.open(&format!("{page}/")).await;
        let cookie = format!("document.cookie = 'azuma_session={}; path=/'", legacy.token);
        browser.evaluate(&cookie).await;
        let header = format!("headers: {{Authorization: 'Bearer {token}'}}");
        let seen = browser
            .evaluate(&asking(server, "/user/self", &header))
            .await;
        assert_eq!(seen, by_header);
        let asking = asking(server, "/api/me", "credentials: 'include'");
        assert_eq!(browser.evaluate(&asking).await, by_cookie);
    }
}

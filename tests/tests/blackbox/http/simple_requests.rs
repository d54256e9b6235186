//! What a page of any site makes a browser send without asking the server first (Fetch, "CORS-safelisted request").

use azuma_tests::people::Person;
use azuma_tests::{Database, on_both_databases};
use reqwest::Method;

use super::routes::ROUTES;

/// What a form may send, and a script with `no-cors`.
const BODIES: [(&str, &str); 4] = [
    (
        "application/x-www-form-urlencoded",
        "name=smith&login=smith&password=red-pill&email=smith@example.org",
    ),
    (
        "multipart/form-data; boundary=b",
        "--b\r\nContent-Disposition: form-data; name=\"name\"\r\n\r\nsmith\r\n--b--\r\n",
    ),
    (
        "text/plain",
        r#"{"name":"smith","login":"smith","password":"red-pill","email":"smith@example.org"}"#,
    ),
    ("text/plain", ""),
];

#[on_both_databases]
async fn of_another_site_with_a_live_cookie_change_nothing_on_any_route(db: Database) {
    // The guard would answer some of the many registrations and logins in the place of the route.
    let server = db.server().set("abuse.enabled", "false").start();
    let neo = Person::named("neo");
    let cookie = server.legacy().sign_up(&neo).await.token;
    let token = server.azuma().sign_in(&neo).await;
    let account = |path| {
        let request = server.get(path);
        request.bearer(&token)
    };
    let sessions = |list: &str| list.matches("\"id\"").count();
    let user = account("/user/self").send().await.text();
    let listed = account("/user/sessions").send().await.text();
    assert!(sessions(&listed) >= 2, "{listed}");
    let cookie_pair = format!("azuma_session={cookie}");
    let send = async |method: Method, path: &str, (content_type, body): (&str, &str)| {
        let request = server.request(method, path).header("Cookie", &cookie_pair);
        let request = request
            .header("Origin", "https://evil.example")
            .header("Sec-Fetch-Site", "cross-site")
            .header("Content-Type", content_type);
        request.body(body).send().await.status
    };
    for route in ROUTES {
        send(Method::GET, route.path, ("text/plain", "")).await;
        for body in BODIES {
            let status = send(Method::POST, route.path, body).await;
            assert!(
                (400..500).contains(&status),
                "{} {body:?}: {status}",
                route.path
            );
        }
    }
    assert_eq!(server.legacy().me(&cookie).await.status, 200);
    assert_eq!(account("/user/self").send().await.text(), user);
    let after = account("/user/sessions").send().await.text();
    assert_eq!(sessions(&after), sessions(&listed));
    let smith = server.azuma().login("smith", "red-pill").await;
    smith.refused(404, "NOT_FOUND");
}

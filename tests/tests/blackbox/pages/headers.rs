//! What pages forbid, and what they come with.

use reqwest::Method;

use super::{recovery, started};

#[tokio::test]
async fn pages_load_nothing_from_elsewhere_run_nothing_and_are_kept_by_nobody() {
    let server = started();
    let (_, link) = recovery(&server).await;
    let (_, query) = link.split_once('?').expect("a query");
    for path in [
        format!("/reset?{query}"),
        "/recover".to_owned(),
        "/verify?token=unknown".to_owned(),
        "/reset".to_owned(),
    ] {
        let page = server.request(Method::GET, &path).send().await;
        let policy = page.header("Content-Security-Policy").unwrap_or_default();
        for part in [
            "default-src 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
            "base-uri 'none'",
        ] {
            assert!(policy.contains(part), "{path}: {policy}");
        }
        assert!(
            !policy.contains("unsafe") && !policy.contains("script"),
            "{policy}"
        );
        assert_eq!(
            page.header("Referrer-Policy"),
            Some("no-referrer"),
            "{path}"
        );
        assert_eq!(page.header("Cache-Control"), Some("no-store"), "{path}");
        assert_eq!(
            page.header("X-Content-Type-Options"),
            Some("nosniff"),
            "{path}"
        );
        let html = page.text();
        assert!(
            !html.contains("<script") && !html.contains("://"),
            "{path}: {html}"
        );
    }
}

#[tokio::test]
async fn a_scanner_that_follows_the_link_changes_nothing() {
    let server = started();
    let (neo, link) = recovery(&server).await;
    let (_, query) = link.split_once('?').expect("a query");
    for method in [Method::GET, Method::HEAD, Method::GET] {
        let page = server
            .request(method, &format!("/reset?{query}"))
            .send()
            .await;
        page.done(200);
    }
    server
        .azuma()
        .login(&neo.name, &neo.password)
        .await
        .done(200);
    let (_, token) = link.split_once("?token=").expect("a token");
    server
        .account()
        .reset(token, "a new password")
        .await
        .done(200);
}

#[tokio::test]
async fn what_is_typed_into_a_form_is_shown_as_text() {
    let server = started();
    let body = "token=%22%3E%3Cscript%3E&password=x";
    let page = server
        .request(Method::POST, "/reset")
        .header("Content-Type", "application/x-www-form-urlencoded")
        .body(body)
        .send()
        .await;
    page.done(400);
    assert!(!page.text().contains("<script"), "{}", page.text());
    let page = server
        .request(Method::POST, "/recover")
        .header("Content-Type", "application/x-www-form-urlencoded")
        .body("email=%22%3E%3Cscript%3E")
        .send()
        .await;
    assert!(!page.text().contains("<script"), "{}", page.text());
}

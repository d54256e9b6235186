//! Headers of pages, and what is typed into forms.

use std::collections::BTreeSet;

use azuma_tests::people::Person;
use reqwest::Method;

use super::me::cookie;
use super::{recovery, started};

#[tokio::test]
async fn pages_load_nothing_from_elsewhere_run_nothing_and_are_kept_by_nobody() {
    let server = started();
    let (neo, link) = recovery(&server).await;
    let (_, query) = link.split_once('?').expect("a query");
    let cookie = cookie(&server, &neo).await;
    let (pair, _) = cookie.split_once(';').expect("attributes");
    for (path, cookie) in [
        (format!("/reset?{query}"), ""),
        ("/recover".to_owned(), ""),
        ("/register".to_owned(), ""),
        ("/verify?token=unknown".to_owned(), ""),
        ("/reset".to_owned(), ""),
        ("/me".to_owned(), ""),
        ("/me".to_owned(), pair),
        ("/me/name".to_owned(), pair),
        ("/me/events".to_owned(), pair),
    ] {
        let page = server.get(&path).header("Cookie", cookie).send().await;
        let policy = page.header("Content-Security-Policy").unwrap_or_default();
        for part in [
            "default-src 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
            "base-uri 'none'",
        ] {
            assert!(policy.contains(part), "{path}: {policy}");
        }
        let allows_scripts = policy.contains("unsafe") || policy.contains("script");
        assert!(!allows_scripts, "{path}: {policy}");
        for (name, value) in [
            ("Referrer-Policy", "same-origin"),
            ("X-Content-Type-Options", "nosniff"),
            ("Cache-Control", "no-store"),
        ] {
            assert_eq!(page.header(name), Some(value), "{path}");
        }
        let html = page.text();
        assert!(html.contains("<h1>"), "{path}: {html}");
        let loads = html.contains("<script") || html.contains("://");
        assert!(!loads, "{path}: {html}");
    }
}

#[tokio::test]
async fn the_page_of_the_documents_runs_and_loads_what_this_server_has_and_nothing_else() {
    let server = started();
    let page = server.get("/docs").send().await;
    page.done(200);
    let policy = page.header("Content-Security-Policy").unwrap_or_default();
    let parts: BTreeSet<_> = policy.split(';').map(str::trim).collect();
    let expected = [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "form-action 'none'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    ];
    assert_eq!(parts, BTreeSet::from(expected));
}

#[tokio::test]
async fn a_scanner_that_follows_a_link_changes_nothing() {
    let server = started();
    let (neo, reset) = recovery(&server).await;
    let waiting = Person::named("trinity");
    let account = server.account();
    let token = account.request_account(&waiting, &server.mail()).await;
    let (_, query) = reset.split_once('?').expect("a query");
    for path in [format!("/reset?{query}"), format!("/verify?token={token}")] {
        for method in [Method::GET, Method::HEAD, Method::GET] {
            let page = server.request(method, &path).send().await;
            page.done(200);
            let media_type = page.header("Content-Type");
            assert_eq!(media_type, Some("text/html; charset=utf-8"), "{path}");
        }
    }
    server.azuma().sign_in(&neo).await;
    let login = account.authenticate(&waiting.name, &waiting.password).await;
    login.refused(424, "NOT_VERIFIED");
    account.verify(&token).await.done(200);
    let (_, token) = reset.split_once("?token=").expect("a token");
    account.reset(token, "a new password").await.done(200);
}

#[tokio::test]
async fn what_is_typed_into_a_form_is_shown_as_text() {
    let server = started();
    for (path, form, status) in [
        ("/reset", "token=%22%3E%3Cscript%3E&password=x", 400),
        ("/recover", "email=%22%3E%3Cscript%3E", 400),
    ] {
        let request = server.request(Method::POST, path).body(form);
        let request = request.header("Content-Type", "application/x-www-form-urlencoded");
        let page = request.send().await;
        page.done(status);
        assert!(!page.text().contains("<script"), "{}", page.text());
    }
}

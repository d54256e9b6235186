//! Clients with addresses of their own, behind a proxy that the server trusts.

use azuma_tests::Database;
use azuma_tests::clients::{Answer, Issued};
use azuma_tests::server::{Server, Setup};
use reqwest::Method;
use serde_json::json;

/// A server with the guard on, behind a proxy on this machine.
pub fn guarded(db: Database) -> Setup {
    db.server()
        .set("abuse.enabled", "true")
        .set("http.trusted_proxies", "127.0.0.0/8")
}

/// Logs in from an address.
pub async fn log_in_from(server: &Server, ip: &str, name: &str, password: &str) -> Answer<Issued> {
    let body = json!({"name": name, "password": password});
    let login = server.request(Method::POST, "/user/login").json(&body);
    login.header("X-Forwarded-For", ip).receive().await
}

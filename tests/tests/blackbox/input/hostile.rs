//! Bytes that no client sends: answered with an error of the client's, or not at all.

use azuma_tests::clients::exchange;
use azuma_tests::server::Server;
use azuma_tests::{Database, on_both_databases};

/// Sends bytes; the answer, if one comes, is an error of the client's.
fn expect_no_fault_of_ours(server: &Server, request: &[u8]) {
    let answer = exchange(server.address(), request);
    let is_theirs = answer
        .status
        .is_none_or(|status| (400..500).contains(&status));
    let request = String::from_utf8_lossy(&request[..request.len().min(80)]);
    assert!(is_theirs, "{request:?}: {}", answer.text);
}

#[on_both_databases]
async fn odd_requests_are_never_the_servers_fault(db: Database) {
    let server = db.server().start();
    let long = format!(
        "GET /{} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        "x".repeat(60_000)
    );
    let many = format!(
        "GET / HTTP/1.1\r\nHost: x\r\n{}\r\n",
        "X-Y: z\r\n".repeat(500)
    );
    let requests: [&[u8]; 9] = [
        b"\r\n\r\n",
        b"nonsense\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET /\0 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        b"GET http://[ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        b"POST /users HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\nConnection: close\r\n\r\n",
        b"POST /users HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\nzz\r\n",
        long.as_bytes(),
        many.as_bytes(),
    ];
    for request in requests {
        expect_no_fault_of_ours(&server, request);
    }
    for odd in (0..=u8::MAX).filter(|byte| *byte != b'\n') {
        let head =
            b"GET /user/self HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer a";
        let request = [&head[..], &[odd], b"b\r\n\r\n"].concat();
        expect_no_fault_of_ours(&server, &request);
    }
    server.azuma().index().await.done(200);
}

#[on_both_databases]
async fn a_request_that_breaks_off_changes_nothing(db: Database) {
    let server = db.server().start();
    let body = r#"{"name": "neo", "email": "neo@example.org", "password": "secret"}"#;
    let request = format!(
        "POST /users HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\n\r\n{body}",
        body.len() + 1
    );
    expect_no_fault_of_ours(&server, request.as_bytes());
    let login = server.azuma().login("neo", "secret").await;
    login.refused(404, "NOT_FOUND");
}

//! Bytes that no client sends: answered with an error of the client's, or not at all.

use azuma_tests::clients::{Index, exchange};
use azuma_tests::people::Person;
use azuma_tests::{Database, on_both_databases};
use reqwest::Method;

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
        let answer = exchange(server.address(), request);
        assert!(
            answer.status.is_none_or(|status| status < 500),
            "{}",
            answer.text
        );
    }
    server
        .request(Method::GET, "/")
        .receive::<Index>()
        .await
        .done(200);
}

#[on_both_databases]
async fn odd_bytes_in_a_header_are_never_the_servers_fault(db: Database) {
    let server = db.server().start();
    for odd in 0..=u8::MAX {
        if odd == b'\n' {
            continue;
        }
        let request = [
            b"GET /user/self HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer a"
                .as_slice(),
            &[odd],
            b"b\r\n\r\n",
        ]
        .concat();
        let answer = exchange(server.address(), &request);
        assert!(
            matches!(answer.status, None | Some(400 | 401)),
            "{odd}: {}",
            answer.text
        );
    }
}

#[on_both_databases]
async fn a_request_that_breaks_off_changes_nothing(db: Database) {
    let server = db.server().start();
    let body = r#"{"name": "neo", "email": "neo@example.org", "password": "secret"}"#;
    let request = format!(
        "POST /users HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\n\r\n{body}",
        body.len() + 1
    );
    let answer = exchange(server.address(), request.as_bytes());
    assert!(
        answer
            .status
            .is_none_or(|status| (400..500).contains(&status)),
        "{}",
        answer.text
    );
    server
        .azuma()
        .login("neo", "secret")
        .await
        .refused(404, "NOT_FOUND");
}

#[on_both_databases]
async fn odd_queries_are_never_the_servers_fault(db: Database) {
    let server = db.server().start();
    let neo = Person::named("neo");
    server.azuma().sign_up(&neo).await;
    for query in [
        "everywhere=maybe",
        "everywhere=%00",
        "%ff=%ff",
        "everywhere",
        "&&=&",
        "=",
        "everywhere=1",
    ] {
        let token = server.azuma().sign_in(&neo).await;
        let request = server
            .request(Method::POST, &format!("/user/logout?{query}"))
            .bearer(&token);
        let answer = request.receive::<()>().await;
        assert!(answer.status < 500, "{query}: {}", answer.text());
        let page = server
            .request(Method::GET, &format!("/verify?{query}"))
            .send()
            .await;
        assert!(page.status < 500, "{query}: {}", page.text());
    }
}

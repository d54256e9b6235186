//! Writes a response.

use std::future::poll_fn;
use std::pin::pin;
use std::time::{Duration, SystemTime};

use actix_http::Response;
use actix_http::body::{BodySize, MessageBody};
use actix_web::http::header::{
    CONNECTION, CONTENT_LENGTH, DATE, HeaderName, HttpDate, TRANSFER_ENCODING, UPGRADE,
};
use actix_web::web::Bytes;
use h2::SendStream;
use h2::server::SendResponse;
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use tokio::time::timeout;

/// Headers of HTTP/1.1 that HTTP/2 does not have (RFC 9113 §8.2.2), and one that is written by the size of the body.
const LEFT_OUT: [HeaderName; 4] = [CONNECTION, TRANSFER_ENCODING, UPGRADE, CONTENT_LENGTH];

/// The response was not written to its end: the client left, did not read for too long, or the body failed.
pub struct NotWritten;

/// Writes the response to a request of this method. The client must not be silent for longer than `longest_silence` while it is sent the body.
pub async fn write<Body: MessageBody>(
    response: Response<Body>,
    method: &Method,
    mut respond: SendResponse<Bytes>,
    longest_silence: Duration,
) -> Result<(), NotWritten> {
    let (response, body) = response.into_parts();
    let size = body.size();
    let mut head = http::Response::new(());
    *head.status_mut() =
        StatusCode::from_u16(response.status().as_u16()).map_err(|_| NotWritten)?;
    *head.headers_mut() = headers(response.headers(), size).ok_or(NotWritten)?;
    let has_body = method != Method::HEAD && !size.is_eof();
    let stream = respond.send_response(head, !has_body);
    let stream = stream.map_err(|_| NotWritten)?;
    match has_body {
        true => write_body(body, stream, longest_silence).await,
        false => Ok(()),
    }
}

fn headers(written: &actix_web::http::header::HeaderMap, size: BodySize) -> Option<HeaderMap> {
    let mut headers = HeaderMap::with_capacity(written.len() + 2);
    for (name, value) in written {
        if !LEFT_OUT.contains(name) {
            let name = http::HeaderName::from_bytes(name.as_str().as_bytes()).ok()?;
            headers.append(name, HeaderValue::from_bytes(value.as_bytes()).ok()?);
        }
    }
    if let BodySize::Sized(length) = size {
        headers.insert(http::header::CONTENT_LENGTH, HeaderValue::from(length));
    }
    if !written.contains_key(DATE) {
        headers.insert(http::header::DATE, HeaderValue::from_str(&date()).ok()?);
    }
    Some(headers)
}

#[expect(
    clippy::disallowed_methods,
    reason = "actix writes the machine's time into responses of HTTP/1.1 too"
)]
fn date() -> String {
    HttpDate::from(SystemTime::now()).to_string()
}

async fn write_body<Body: MessageBody>(
    body: Body,
    mut stream: SendStream<Bytes>,
    longest_silence: Duration,
) -> Result<(), NotWritten> {
    let mut body = pin!(body);
    while let Some(chunk) = poll_fn(|context| body.as_mut().poll_next(context)).await {
        let mut chunk = chunk.map_err(|_| NotWritten)?;
        while !chunk.is_empty() {
            stream.reserve_capacity(chunk.len());
            let capacity = poll_fn(|context| stream.poll_capacity(context));
            let capacity = timeout(longest_silence, capacity).await;
            let capacity = capacity.map_err(|_| NotWritten)?.ok_or(NotWritten)?;
            let capacity = capacity.map_err(|_| NotWritten)?;
            let part = chunk.split_to(capacity.min(chunk.len()));
            stream.send_data(part, false).map_err(|_| NotWritten)?;
        }
    }
    stream.send_data(Bytes::new(), true).map_err(|_| NotWritten)
}

#[cfg(test)]
mod tests {
    use actix_http::StatusCode as Status;
    use tokio::io::duplex;
    use tokio::task::{LocalSet, spawn_local};

    use super::*;

    const SILENCE: Duration = Duration::from_millis(50);

    /// Writes a response of two bytes to a client that reads as many as this at first, and no more.
    async fn written_to(window: u32) -> Result<(), NotWritten> {
        let (client, server) = duplex(64 * 1024);
        let mut settings = h2::client::Builder::new();
        let client = settings
            .initial_window_size(window)
            .handshake::<_, Bytes>(client);
        let (client, server) = tokio::join!(client, h2::server::handshake(server));
        let ((mut requests, connection), mut server) = (client.unwrap(), server.unwrap());
        spawn_local(connection);
        let request = http::Request::get("https://localhost/").body(()).unwrap();
        let (_response, _body) = requests.send_request(request, true).unwrap();
        let (_request, respond) = server.accept().await.unwrap().unwrap();
        spawn_local(async move { server.accept().await.is_none() });
        let response = Response::with_body(Status::OK, "ab");
        write(response, &Method::GET, respond, SILENCE).await
    }

    #[tokio::test]
    async fn a_client_that_does_not_read_is_not_waited_for_for_ever() {
        let tasks = LocalSet::new();
        let written = tasks.run_until(async {
            assert!(written_to(0).await.is_err());
            assert!(written_to(1).await.is_err());
            written_to(2).await
        });
        assert!(written.await.is_ok());
    }
}

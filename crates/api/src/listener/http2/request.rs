//! A request as HTTP/1.1 would carry it.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use actix_http::error::PayloadError;
use actix_http::header::{HeaderName, HeaderValue};
use actix_http::{BoxedPayloadStream, Method, Payload, Request, Uri, Version};
use actix_web::http::header::{CONTENT_LENGTH, COOKIE, HOST, HeaderMap, TRANSFER_ENCODING};
use actix_web::web::Bytes;
use futures_core::Stream;
use h2::RecvStream;

/// `None` for a request that HTTP/1.1 could not carry.
pub fn from_http2(request: http::Request<RecvStream>, peer: SocketAddr) -> Option<Request> {
    let (parts, body) = request.into_parts();
    let mut headers = headers(&parts.headers)?;
    // RFC 9113 §8.3.1: the authority takes the place of `Host`.
    if let Some(authority) = parts.uri.authority() {
        headers.insert(HOST, HeaderValue::from_str(authority.as_str()).ok()?);
    }
    let payload = match body.is_end_stream() {
        true => Payload::None,
        false => {
            if !headers.contains_key(CONTENT_LENGTH) {
                headers.insert(TRANSFER_ENCODING, HeaderValue::from_static("chunked"));
            }
            let body: BoxedPayloadStream = Box::pin(Body(body));
            Payload::from(body)
        }
    };
    let mut converted = Request::with_payload(payload);
    let head = converted.head_mut();
    head.method = Method::from_bytes(parts.method.as_str().as_bytes()).ok()?;
    head.uri = Uri::try_from(parts.uri.path_and_query()?.as_str()).ok()?;
    head.version = Version::HTTP_2;
    head.headers = headers;
    head.peer_addr = Some(peer);
    Some(converted)
}

fn headers(sent: &http::HeaderMap) -> Option<HeaderMap> {
    let mut headers = HeaderMap::with_capacity(sent.len());
    let mut cookies: Vec<u8> = Vec::new();
    for (name, value) in sent {
        let name = HeaderName::from_bytes(name.as_str().as_bytes()).ok()?;
        if name == COOKIE {
            // RFC 9113 §8.2.3: HTTP/2 may split the header between cookies.
            if !cookies.is_empty() {
                cookies.extend(b"; ");
            }
            cookies.extend(value.as_bytes());
        } else {
            headers.append(name, HeaderValue::from_bytes(value.as_bytes()).ok()?);
        }
    }
    if !cookies.is_empty() {
        headers.insert(COOKIE, HeaderValue::from_bytes(&cookies).ok()?);
    }
    Some(headers)
}

/// The body, which the client may send on as far as it was read.
struct Body(RecvStream);

impl Stream for Body {
    type Item = Result<Bytes, PayloadError>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let stream = &mut self.get_mut().0;
        let read = ready!(stream.poll_data(context));
        Poll::Ready(read.map(|bytes| {
            let bytes = bytes.map_err(broken)?;
            let flow = stream.flow_control();
            flow.release_capacity(bytes.len()).map_err(broken)?;
            Ok(bytes)
        }))
    }
}

fn broken(error: h2::Error) -> PayloadError {
    PayloadError::Io(io::Error::other(error))
}

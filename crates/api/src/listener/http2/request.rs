//! A request as HTTP/1.1 would carry it.

use std::cell::RefCell;
use std::future::poll_fn;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, ready};

use actix_http::error::PayloadError;
use actix_http::header::{HeaderName, HeaderValue};
use actix_http::{BoxedPayloadStream, Method, Payload, Request, Uri, Version};
use actix_web::http::header::{CONTENT_LENGTH, COOKIE, HOST, HeaderMap, TRANSFER_ENCODING};
use actix_web::web::Bytes;
use futures_core::Stream;
use h2::RecvStream;
use http::request::Parts;
use http::uri::Authority;

/// What a request asks for, and its body, which is read to its end once it is answered.
pub struct Http2Request {
    pub request: Request,
    pub body: SharedBody,
}

/// `None` for a request that HTTP/1.1 could not carry or would refuse: it names one host and has a path.
pub fn from_http2(request: http::Request<RecvStream>, peer: SocketAddr) -> Option<Http2Request> {
    let (parts, body) = request.into_parts();
    let mut headers = headers_of(&parts)?;
    let has_body = !body.is_end_stream();
    let body = SharedBody(Rc::new(RefCell::new(body)));
    let payload = match has_body {
        false => Payload::None,
        true => {
            if !headers.contains_key(CONTENT_LENGTH) {
                headers.insert(TRANSFER_ENCODING, HeaderValue::from_static("chunked"));
            }
            let body: BoxedPayloadStream = Box::pin(body.clone());
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
    Some(Http2Request {
        request: converted,
        body,
    })
}

/// The headers, with one host and the cookies in one header.
pub(super) fn headers_of(parts: &Parts) -> Option<HeaderMap> {
    let mut headers = headers(&parts.headers)?;
    headers.insert(HOST, HeaderValue::from_str(host(parts)?).ok()?);
    Some(headers)
}

/// The authority takes the place of `Host`, and must be the same where both come (RFC 9113 §8.3.1).
fn host(parts: &Parts) -> Option<&str> {
    let mut hosts = parts.headers.get_all(HOST.as_str()).iter();
    let sent = hosts.next().map(|host| host.to_str().ok());
    if hosts.next().is_some() {
        return None;
    }
    let authority = parts.uri.authority().map(Authority::as_str);
    match (authority, sent) {
        (Some(authority), None) => Some(authority),
        (None, Some(sent)) => sent,
        (Some(authority), Some(sent)) => sent.filter(|sent| *sent == authority),
        (None, None) => None,
    }
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
#[derive(Clone)]
pub struct SharedBody(Rc<RefCell<RecvStream>>);

impl SharedBody {
    /// Reads what is left, at most this many bytes. A stream whose body is not read is reset, and then some clients
    /// lose the response.
    pub async fn discard(mut self, most: usize) {
        let mut read = 0;
        while read < most {
            match poll_fn(|context| Pin::new(&mut self).poll_next(context)).await {
                Some(Ok(bytes)) => read += bytes.len(),
                Some(Err(_)) | None => return,
            }
        }
    }
}

impl Stream for SharedBody {
    type Item = Result<Bytes, PayloadError>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let mut stream = self.0.borrow_mut();
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

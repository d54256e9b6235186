//! HTTP to one server.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::uri::{Authority, Scheme};
use http::{HeaderValue, Request, Uri};
use http_body_util::{BodyExt, Full, Limited};
use hyper_rustls::HttpsConnector;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use tokio_rustls::rustls::crypto::ring::default_provider;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

use crate::answer::Answer;
use crate::error::Error;

/// The longest answer, in bytes. That to 1,000 tokens has about 300,000.
const LONGEST_ANSWER: usize = 4 * 1024 * 1024;
/// How long a connection may take to be made.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// How long a connection is kept without a request: less than the server's `http.keep_alive`, so that it is not closed
/// while a request is on its way.
const IDLE: Duration = Duration::from_secs(30);

/// Connections to one server; copies share them.
#[derive(Clone)]
pub(crate) struct Transport {
    client: Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
    base: Arc<Base>,
    user_agent: HeaderValue,
}

/// Where a server is.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Base {
    scheme: Scheme,
    authority: Authority,
    /// What precedes each path; empty, or begins with a slash and ends without one.
    prefix: String,
}

impl Base {
    /// Reads `http://…` or `https://…`; no user, query or fragment.
    pub(crate) fn parse(url: &str) -> Option<Self> {
        let parts = url.parse::<Uri>().ok()?.into_parts();
        let scheme = parts.scheme?;
        let authority = parts.authority?;
        let path = parts.path_and_query?;
        let is_usable = (scheme == Scheme::HTTP || scheme == Scheme::HTTPS)
            && path.query().is_none()
            && !url.contains('#')
            && !authority.as_str().contains('@');
        is_usable.then(|| Self {
            scheme,
            authority,
            prefix: path.path().trim_end_matches('/').to_owned(),
        })
    }

    fn uri(&self, path: &str) -> Option<Uri> {
        Uri::builder()
            .scheme(self.scheme.clone())
            .authority(self.authority.clone())
            .path_and_query(format!("{}{path}", self.prefix))
            .build()
            .ok()
    }
}

impl Transport {
    /// No connection is made yet.
    pub(crate) fn new(
        base: Arc<Base>,
        roots: RootCertStore,
        user_agent: HeaderValue,
    ) -> Result<Self, Error> {
        let tls = ClientConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(|error| Error::Unreachable(Box::new(error)))?
            .with_root_certificates(roots)
            .with_no_client_auth();
        let mut http = HttpConnector::new();
        http.enforce_http(false);
        http.set_nodelay(true);
        http.set_connect_timeout(Some(CONNECT_TIMEOUT));
        let connector = HttpsConnector::from((http, tls));
        let client = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(IDLE)
            .build(connector);
        Ok(Self {
            client,
            base,
            user_agent,
        })
    }

    /// Sends a request once. Its URI is a path, query included.
    pub(crate) async fn send(
        &self,
        request: Request<Bytes>,
        timeout: Duration,
    ) -> Result<Answer, Error> {
        let (mut head, body) = request.into_parts();
        head.uri = self
            .base
            .uri(&head.uri.to_string())
            .ok_or(Error::Unsendable)?;
        head.headers
            .insert(http::header::USER_AGENT, self.user_agent.clone());
        let request = Request::from_parts(head, Full::new(body));
        tokio::time::timeout(timeout, self.exchange(request))
            .await
            .map_err(|_| Error::Timeout)?
    }

    async fn exchange(&self, request: Request<Full<Bytes>>) -> Result<Answer, Error> {
        let response = self.client.request(request).await;
        let response = response.map_err(|error| Error::Unreachable(Box::new(error)))?;
        let (head, body) = response.into_parts();
        let body = Limited::new(body, LONGEST_ANSWER)
            .collect()
            .await
            .map_err(Error::Unreachable)?;
        Ok(Answer {
            status: head.status,
            headers: head.headers,
            body: body.to_bytes(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Base;

    #[test]
    fn a_server_is_named_by_scheme_host_and_prefix() {
        let base = Base::parse("https://accounts.example.org/azuma/").unwrap();
        let uri = base.uri("/user/self?a=b").unwrap();
        assert_eq!(uri, "https://accounts.example.org/azuma/user/self?a=b");
        let base = Base::parse("http://[::1]:8080").unwrap();
        assert_eq!(base.uri("/").unwrap(), "http://[::1]:8080/");
    }

    #[test]
    fn what_names_no_server_is_refused() {
        for url in [
            "",
            "accounts.example.org",
            "/a",
            "ftp://a.example",
            "http://me:pw@a.example",
            "http://a.example/?b",
            "http://a.example/#b",
        ] {
            assert_eq!(Base::parse(url), None, "{url}");
        }
    }
}

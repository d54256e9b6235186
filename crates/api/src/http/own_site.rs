//! Tells the forms of our own pages from those of other sites.
//!
//! A browser says which site a form comes from: `Sec-Fetch-Site` where the page is trustworthy (W3C Fetch Metadata), and
//! `Origin` (RFC 6454 §7) everywhere. A client that is no browser says neither, and no site can make it send a form.

use actix_web::http::header::{HOST, HeaderMap, HeaderName, ORIGIN};

use super::bearer::only_one;

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// The origin of `http.public_url`, such as `https://accounts.example.org`.
#[derive(Clone)]
pub struct OwnOrigin(pub String);

impl OwnOrigin {
    /// Whether the request comes from a page of this server, or from no page at all. A page of a sibling domain is
    /// another site.
    pub fn sent(&self, headers: &HeaderMap) -> bool {
        if let Some(site) = headers.get(SEC_FETCH_SITE) {
            return matches!(site.as_bytes(), b"same-origin" | b"none");
        }
        match only_one(headers.get_all(ORIGIN)) {
            Ok(None) => true,
            Ok(Some(origin)) => origin
                .to_str()
                .is_ok_and(|origin| origin == self.0 || is_of_host(origin, headers)),
            Err(_) => false,
        }
    }
}

/// Whether the origin has the host that the request was sent to. A page reached by another name than that of
/// `http.public_url` may send its forms too.
fn is_of_host(origin: &str, headers: &HeaderMap) -> bool {
    let host = headers.get(HOST).and_then(|host| host.to_str().ok());
    let at = origin.strip_prefix("https://");
    let at = at.or_else(|| origin.strip_prefix("http://"));
    host.is_some_and(|host| at == Some(host))
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderValue;

    use super::*;

    /// Whether a request with these headers is taken for one of our own pages.
    fn is_ours(headers: &[(HeaderName, &'static str)]) -> bool {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(name.clone(), HeaderValue::from_static(value));
        }
        OwnOrigin("https://accounts.example.org".to_owned()).sent(&map)
    }

    #[test]
    fn a_client_that_says_nothing_is_no_browser() {
        assert!(is_ours(&[]));
        assert!(is_ours(&[(HOST, "accounts.example.org")]));
    }

    #[test]
    fn a_form_of_our_own_is_known_by_its_site_its_origin_or_its_host() {
        assert!(is_ours(&[(SEC_FETCH_SITE, "same-origin")]));
        assert!(is_ours(&[(SEC_FETCH_SITE, "none")]));
        assert!(is_ours(&[(ORIGIN, "https://accounts.example.org")]));
        assert!(is_ours(&[
            (ORIGIN, "http://10.0.0.5:8080"),
            (HOST, "10.0.0.5:8080")
        ]));
    }

    #[test]
    fn a_form_of_another_site_is_refused() {
        let host = (HOST, "accounts.example.org");
        for header in [
            (SEC_FETCH_SITE, "cross-site"),
            (SEC_FETCH_SITE, "same-site"),
            (SEC_FETCH_SITE, ""),
            (ORIGIN, "https://evil.example"),
            (ORIGIN, "https://accounts.example.org.evil.example"),
            (ORIGIN, "null"),
            (ORIGIN, ""),
        ] {
            assert!(!is_ours(&[header.clone(), host.clone()]), "{header:?}");
        }
        let own = (ORIGIN, "https://accounts.example.org");
        assert!(!is_ours(&[(SEC_FETCH_SITE, "cross-site"), own.clone()]));
        assert!(!is_ours(&[own.clone(), own]), "two of them");
    }
}

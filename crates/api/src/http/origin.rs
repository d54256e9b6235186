//! The client address, user agent and language of a request.

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Once;

use actix_web::dev::Payload;
use actix_web::http::header::{self, AcceptLanguage, Header, Quality};
use actix_web::{FromRequest, HttpRequest, web};
use azuma_domain::audit::Source;
use azuma_domain::factor::GivenCode;
use azuma_domain::mail::Language;
use azuma_domain::session::{Client, UserAgent};
use ipnet::IpNet;

use super::api_error::OTP_HEADER;
use super::bearer::only_one;
use super::forwarded::{Hop, forwarded, x_forwarded_for};
use crate::telemetry::RequestId;

/// The longest `Accept-Language` that is read, in bytes.
const MAX_LANGUAGES_BYTES: usize = 1_024;

/// The proxies whose headers about the client's address are trusted (`http.trusted_proxies`).
#[derive(Clone)]
pub struct TrustedProxies(pub Vec<IpNet>);

impl TrustedProxies {
    /// Whether this is the address of a trusted proxy.
    pub fn trust(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.0.iter().any(|network| network.contains(&address))
    }
}

/// The client that sent a request and the id of the request, the language that the client prefers, and the code of a second factor if it sent one in a header.
pub struct Origin {
    pub source: Source,
    pub language: Language,
    pub code: Option<GivenCode>,
}

impl FromRequest for Origin {
    type Error = Infallible;
    type Future = Ready<Result<Self, Infallible>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(Self {
            source: Source {
                client: Client {
                    ip: client_ip(request),
                    user_agent: user_agent(request),
                },
                request_id: RequestId::current().map(Into::into),
            },
            language: language(request),
            code: code(request),
        }))
    }
}

/// The header `Azuma-OTP`. One that comes twice, or that is no text, is never right.
pub(super) fn code(request: &HttpRequest) -> Option<GivenCode> {
    let value = match only_one(request.headers().get_all(OTP_HEADER)) {
        Ok(value) => value?,
        Err(_) => return Some(GivenCode::Malformed),
    };
    Some(value.to_str().map_or(GivenCode::Malformed, GivenCode::read))
}

/// The client of a proxy on a unix socket that tells no other.
const THIS_MACHINE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

/// The peer's address, or the address that trusted proxies report. A peer on a unix socket has no address; it is trusted,
/// and counts as this machine.
///
/// If both headers are present they must agree: a proxy writes one of them and may pass on the client's own value of
/// the other, and the server cannot tell which is which.
pub fn client_ip(request: &HttpRequest) -> Option<IpAddr> {
    let address = request.peer_addr().map(|peer| peer.ip().to_canonical());
    let peer = address.unwrap_or(THIS_MACHINE);
    let trusted = request.app_data::<web::Data<TrustedProxies>>();
    let headers = request.headers();
    let Some(trusted) = trusted.filter(|trusted| address.is_none_or(|peer| trusted.trust(peer)))
    else {
        if headers.contains_key(header::X_FORWARDED_FOR) || headers.contains_key(header::FORWARDED)
        {
            UNTRUSTED.call_once(|| {
                tracing::warn!(
                    %peer,
                    "a peer that is not in `http.trusted_proxies` sent X-Forwarded-For or Forwarded, and the header is \
                     ignored: if the peer is your proxy, add it, or all clients behind it count as one client (this is \
                     logged once)"
                );
            });
        }
        return Some(peer);
    };
    let told = [x_forwarded_for(headers), forwarded(headers)];
    let found = told.map(|hops| hops.map(|hops| nearest_untrusted(peer, &hops, trusted)));
    Some(match found {
        [None, None] => {
            if address.is_none() {
                SILENT.call_once(|| {
                    tracing::warn!(
                        "a request came by the unix socket without X-Forwarded-For or Forwarded: let the proxy send one of \
                         them, or all clients behind it count as one client, 127.0.0.1 (this is logged once)"
                    );
                });
            }
            peer
        }
        [Some(found), None] | [None, Some(found)] => found,
        [Some(found), Some(other)] if found == other => found,
        [Some(_), Some(_)] => {
            CONTRADICTORY.call_once(|| {
                tracing::warn!(
                    %peer,
                    "a trusted proxy sent X-Forwarded-For and Forwarded with different clients, and both are ignored: \
                     let the proxy remove the header that it does not write itself (this is logged once)"
                );
            });
            peer
        }
    })
}

/// Whether the peer is believed about the request. A peer on a unix socket is.
pub fn comes_from_a_trusted_proxy(request: &HttpRequest) -> bool {
    let trusted = request.app_data::<web::Data<TrustedProxies>>();
    trusted.is_some_and(|trusted| {
        let peer = request.peer_addr();
        peer.is_none_or(|peer| trusted.trust(peer.ip()))
    })
}

static UNTRUSTED: Once = Once::new();
static SILENT: Once = Once::new();
static CONTRADICTORY: Once = Once::new();
static UNREADABLE: Once = Once::new();

/// Walks back from the peer, which is trusted, through trusted proxies, each of which wrote the entry before it. The first
/// address that is not a trusted proxy's is the client's; earlier entries are only the client's claim.
fn nearest_untrusted(peer: IpAddr, hops: &[Hop], trusted: &TrustedProxies) -> IpAddr {
    let mut nearest = peer;
    for hop in hops.iter().rev() {
        let Hop::Address(address) = hop else {
            UNREADABLE.call_once(|| {
                tracing::warn!(
                    proxy = %nearest,
                    "a trusted proxy sent X-Forwarded-For or Forwarded with an entry that is not an address, and the \
                     proxy counts as the client: let the proxy write addresses (this is logged once)"
                );
            });
            break;
        };
        nearest = *address;
        if !trusted.trust(nearest) {
            break;
        }
    }
    nearest
}

fn user_agent(request: &HttpRequest) -> Option<UserAgent> {
    let value = request.headers().get(header::USER_AGENT)?;
    UserAgent::parse(&String::from_utf8_lossy(value.as_bytes()))
}

/// The first supported language of `Accept-Language`; English if none is supported or the header is longer than
/// [`MAX_LANGUAGES_BYTES`].
pub fn language(request: &HttpRequest) -> Language {
    let listed = request.headers().get_all(header::ACCEPT_LANGUAGE);
    if listed.map(|list| list.len()).sum::<usize>() > MAX_LANGUAGES_BYTES {
        return Language::default();
    }
    let Ok(accepted) = AcceptLanguage::parse(request) else {
        return Language::default();
    };
    // `q=0` is "not acceptable" (RFC 9110 §12.4.2).
    let wanted = accepted.0.into_iter();
    let wanted = wanted.filter(|language| language.quality > Quality::ZERO);
    let ranked = AcceptLanguage(wanted.collect()).ranked();
    ranked
        .iter()
        .filter_map(|preference| preference.item())
        .find_map(|tag| match tag.primary_language() {
            "en" => Some(Language::English),
            "de" => Some(Language::German),
            _ => None,
        })
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;

    use actix_web::test::TestRequest;

    use super::*;

    /// The client of a request from this peer, if 10.0.0.0/8 is trusted.
    fn client(peer: &str, headers: &[(&str, &str)]) -> String {
        let trusted = TrustedProxies(vec!["10.0.0.0/8".parse().unwrap()]);
        let mut request = TestRequest::default()
            .peer_addr(SocketAddr::new(peer.parse().unwrap(), 4711))
            .app_data(web::Data::new(trusted));
        for header in headers {
            request = request.append_header(*header);
        }
        client_ip(&request.to_http_request()).unwrap().to_string()
    }

    fn through(peer: &str, hops: &str) -> String {
        let header = client(peer, &[("X-Forwarded-For", hops)]);
        let hops: Vec<String> = hops.split(", ").map(|hop| format!("for={hop}")).collect();
        let other = client(peer, &[("Forwarded", &hops.join(", "))]);
        assert_eq!(header, other);
        header
    }

    #[test]
    fn a_stranger_is_not_believed() {
        assert_eq!(through("198.51.100.7", "203.0.113.9"), "198.51.100.7");
    }

    #[test]
    fn trusted_proxies_are_believed_one_by_one() {
        assert_eq!(through("10.0.0.1", "1.2.3.4, 203.0.113.9"), "203.0.113.9");
        assert_eq!(through("::ffff:10.0.0.1", "203.0.113.9"), "203.0.113.9");
        let chain = "1.2.3.4, 203.0.113.9, 10.9.9.9";
        assert_eq!(through("10.0.0.1", chain), "203.0.113.9");
    }

    #[test]
    fn nonsense_ends_the_walk() {
        assert_eq!(through("10.0.0.1", "203.0.113.9, unknown"), "10.0.0.1");
        assert_eq!(client("10.0.0.1", &[]), "10.0.0.1");
    }

    #[test]
    fn two_headers_are_believed_where_they_agree() {
        let both = |other| {
            let headers = [
                ("X-Forwarded-For", "203.0.113.9:4711"),
                ("Forwarded", other),
            ];
            client("10.0.0.1", &headers)
        };
        assert_eq!(both("for=203.0.113.9, for=10.0.0.2"), "203.0.113.9");
        assert_eq!(both("for=1.2.3.4"), "10.0.0.1");
        assert_eq!(both("for=unknown"), "10.0.0.1");
    }

    #[test]
    fn a_trusted_proxy_is_one_of_the_networks_or_who_may_open_the_unix_socket() {
        let trusts = |peer: Option<&str>| {
            let trusted = TrustedProxies(vec!["10.0.0.0/8".parse().unwrap()]);
            let request = TestRequest::default().app_data(web::Data::new(trusted));
            let peer = peer.map(|peer| SocketAddr::new(peer.parse().unwrap(), 4711));
            let request = match peer {
                Some(peer) => request.peer_addr(peer),
                None => request,
            };
            comes_from_a_trusted_proxy(&request.to_http_request())
        };
        assert!(trusts(Some("10.1.2.3")) && trusts(Some("::ffff:10.1.2.3")) && trusts(None));
        assert!(!trusts(Some("192.0.2.1")) && !trusts(Some("::1")));
    }

    #[test]
    fn a_language_that_is_not_acceptable_is_not_spoken() {
        for (list, language) in [
            ("de;q=0", Language::English),
            ("de;q=0.000, en", Language::English),
            ("en;q=0, de", Language::German),
            ("fr, de;q=0.001", Language::German),
        ] {
            assert_eq!(language_of(list), language, "{list}");
        }
    }

    fn language_of(list: &str) -> Language {
        let request = TestRequest::default().insert_header((header::ACCEPT_LANGUAGE, list));
        language(&request.to_http_request())
    }

    #[test]
    fn a_list_of_languages_that_nobody_reads_is_not_read() {
        assert_eq!(language_of("fr,de"), Language::German);
        let fits = "de,".to_owned() + &"fr,".repeat(340);
        assert_eq!(language_of(&fits), Language::German);
        assert_eq!(language_of(&(fits + "fr,")), Language::English);
    }
}

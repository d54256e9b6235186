//! Where a request comes from.

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::net::IpAddr;

use actix_web::dev::Payload;
use actix_web::http::header::{self, AcceptLanguage, Header};
use actix_web::{FromRequest, HttpRequest, web};
use azuma_domain::mail::Language;
use azuma_domain::session::{Client, UserAgent};
use ipnet::IpNet;

/// The longest list of languages that is read, in bytes.
const MAX_LANGUAGES_BYTES: usize = 1_024;

/// The proxies that are believed about the client's address (`http.trusted_proxies`).
#[derive(Clone)]
pub struct TrustedProxies(pub Vec<IpNet>);

impl TrustedProxies {
    /// Whether this is the address of one of them.
    pub fn trust(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.0.iter().any(|network| network.contains(&address))
    }
}

/// Where a request comes from, and the language its sender reads.
pub struct Origin {
    pub client: Client,
    pub language: Language,
}

impl FromRequest for Origin {
    type Error = Infallible;
    type Future = Ready<Result<Self, Infallible>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(Self {
            client: Client {
                ip: client_ip(request),
                user_agent: user_agent(request),
            },
            language: language(request),
        }))
    }
}

/// The peer's address, or what the proxies that we trust say it is.
fn client_ip(request: &HttpRequest) -> Option<IpAddr> {
    let peer = request.peer_addr()?.ip().to_canonical();
    let Some(trusted) = request.app_data::<web::Data<TrustedProxies>>() else {
        return Some(peer);
    };
    let forwarded = request.headers().get_all(header::X_FORWARDED_FOR);
    let hops = forwarded
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','));
    Some(nearest_untrusted(peer, hops.collect(), trusted))
}

/// Walks back from the peer through trusted proxies: each of them wrote the entry before it. The first address that
/// no trusted proxy has is the client's; what stands before that is only its word.
fn nearest_untrusted(peer: IpAddr, hops: Vec<&str>, trusted: &TrustedProxies) -> IpAddr {
    let mut nearest = peer;
    for hop in hops.into_iter().rev() {
        if !trusted.trust(nearest) {
            break;
        }
        let Ok(ip) = hop.trim().parse::<IpAddr>() else {
            break;
        };
        nearest = ip.to_canonical();
    }
    nearest
}

fn user_agent(request: &HttpRequest) -> Option<UserAgent> {
    let value = request.headers().get(header::USER_AGENT)?;
    UserAgent::from_header(&String::from_utf8_lossy(value.as_bytes()))
}

/// The first language of `Accept-Language` that we write; English where there is none, or the list is longer than anybody
/// reads languages.
pub fn language(request: &HttpRequest) -> Language {
    let listed = request.headers().get_all(header::ACCEPT_LANGUAGE);
    if listed.map(|list| list.len()).sum::<usize>() > MAX_LANGUAGES_BYTES {
        return Language::default();
    }
    let Ok(accepted) = AcceptLanguage::parse(request) else {
        return Language::default();
    };
    let ranked = accepted.ranked();
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
    use actix_web::test::TestRequest;

    use super::*;

    fn nearest(peer: &str, hops: &[&str]) -> String {
        let trusted = TrustedProxies(vec!["10.0.0.0/8".parse().unwrap()]);
        nearest_untrusted(peer.parse().unwrap(), hops.to_vec(), &trusted).to_string()
    }

    #[test]
    fn a_stranger_is_not_believed() {
        assert_eq!(nearest("198.51.100.7", &["203.0.113.9"]), "198.51.100.7");
    }

    #[test]
    fn trusted_proxies_are_believed_one_by_one() {
        assert_eq!(
            nearest("10.0.0.1", &["1.2.3.4", " 203.0.113.9"]),
            "203.0.113.9"
        );
        assert_eq!(
            nearest("10.0.0.1", &["1.2.3.4", "203.0.113.9", "10.9.9.9"]),
            "203.0.113.9"
        );
    }

    #[test]
    fn nonsense_ends_the_walk() {
        assert_eq!(nearest("10.0.0.1", &["203.0.113.9", "unknown"]), "10.0.0.1");
        assert_eq!(nearest("10.0.0.1", &[]), "10.0.0.1");
    }

    #[test]
    fn a_list_of_languages_that_nobody_reads_is_not_read() {
        let language_of = |list: &str| {
            let request = TestRequest::default().insert_header((header::ACCEPT_LANGUAGE, list));
            language(&request.to_http_request())
        };
        assert_eq!(language_of("fr,de"), Language::German);
        let fits = "de,".to_owned() + &"fr,".repeat(340);
        assert_eq!(language_of(&fits), Language::German);
        assert_eq!(language_of(&(fits + "fr,")), Language::English);
    }
}

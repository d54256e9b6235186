//! Parses the headers in which proxies name the client: `X-Forwarded-For` and `Forwarded` (RFC 7239).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use actix_web::http::header::{FORWARDED, HeaderMap, HeaderName, HeaderValue, X_FORWARDED_FOR};

/// The address of one hop, as the next hop has reported it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hop {
    Address(IpAddr),
    /// The address is hidden, unknown or unreadable.
    Unreadable,
}

/// The hops in `X-Forwarded-For`, the nearest last; `None` if it names none.
pub fn x_forwarded_for(headers: &HeaderMap) -> Option<Vec<Hop>> {
    hops(headers, &X_FORWARDED_FOR, |value| {
        let nodes = value.split(',').map(str::trim);
        nodes.filter(|node| !node.is_empty()).map(hop).collect()
    })
}

/// The hops in `Forwarded`, the nearest last; `None` if it names none.
pub fn forwarded(headers: &HeaderMap) -> Option<Vec<Hop>> {
    hops(headers, &FORWARDED, |value| {
        let Some(elements) = split(value, ',') else {
            return vec![Hop::Unreadable];
        };
        let elements = elements.into_iter().filter(|element| !element.is_empty());
        let hops: Vec<Option<Hop>> = elements.map(element).collect();
        // An element may lack `for`, as in `proto=https`. Among other elements it counts as a hidden hop.
        match hops.iter().all(Option::is_none) {
            true => Vec::new(),
            false => hops
                .into_iter()
                .map(|hop| hop.unwrap_or(Hop::Unreadable))
                .collect(),
        }
    })
}

fn hops(
    headers: &HeaderMap,
    name: &HeaderName,
    read: impl Fn(&str) -> Vec<Hop>,
) -> Option<Vec<Hop>> {
    let read = |value: &HeaderValue| match value.to_str() {
        Ok(text) => read(text),
        Err(_) => vec![Hop::Unreadable],
    };
    let hops: Vec<Hop> = headers.get_all(name).flat_map(read).collect();
    (!hops.is_empty()).then_some(hops)
}

/// The `for` of one element of `Forwarded`; `None` if the element has none.
fn element(text: &str) -> Option<Hop> {
    let Some(pairs) = split(text, ';') else {
        return Some(Hop::Unreadable);
    };
    let mut nodes = pairs.iter().filter_map(|pair| {
        let (name, node) = pair.split_once('=')?;
        name.trim().eq_ignore_ascii_case("for").then_some(node)
    });
    match (nodes.next(), nodes.next()) {
        (None, _) => None,
        (Some(node), None) => Some(hop(node.trim())),
        (Some(_), Some(_)) => Some(Hop::Unreadable),
    }
}

/// Parses an address with or without quotes and port.
fn hop(text: &str) -> Hop {
    let quoted = text.strip_prefix('"');
    let text = quoted
        .and_then(|rest| rest.strip_suffix('"'))
        .unwrap_or(text);
    address(text).map_or(Hop::Unreadable, |address| {
        Hop::Address(address.to_canonical())
    })
}

fn address(text: &str) -> Option<IpAddr> {
    if let Ok(address) = text.parse() {
        return Some(address);
    }
    if let Some(text) = text.strip_prefix('[') {
        let (address, rest) = text.split_once(']')?;
        let address = address.parse::<Ipv6Addr>().ok()?;
        let is_well_formed = rest.is_empty() || rest.strip_prefix(':').is_some_and(is_port);
        return is_well_formed.then_some(IpAddr::V6(address));
    }
    let (address, port) = text.split_once(':')?;
    let address = address.parse::<Ipv4Addr>().ok()?;
    is_port(port).then_some(IpAddr::V4(address))
}

/// Whether this is a port: digits, or an obfuscated name (RFC 7239 §6.3).
fn is_port(text: &str) -> bool {
    let is_hidden = text.starts_with('_');
    !text.is_empty() && (is_hidden || text.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Splits at separators outside quotes and trims the parts. `None` if a quote is left open: a client could otherwise
/// open a quote and make the proxy's addition part of its own text.
fn split(text: &str, separator: char) -> Option<Vec<&str>> {
    let (mut is_quoted, mut is_escaped) = (false, false);
    let parts = text.split(|character| {
        let was_escaped = is_escaped;
        is_escaped = is_quoted && character == '\\' && !was_escaped;
        if character == '"' && !was_escaped {
            is_quoted = !is_quoted;
        }
        character == separator && !is_quoted
    });
    let parts = parts.map(str::trim).collect();
    (!is_quoted).then_some(parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(name: HeaderName, values: &[&str]) -> Vec<String> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(name.clone(), value.parse().unwrap());
        }
        let hops = match name == FORWARDED {
            true => forwarded(&headers),
            false => x_forwarded_for(&headers),
        };
        let written = |hop: &Hop| match hop {
            Hop::Address(address) => address.to_string(),
            Hop::Unreadable => "?".to_owned(),
        };
        hops.unwrap_or_default().iter().map(written).collect()
    }

    #[test]
    fn addresses_are_read_with_ports_brackets_and_quotes_and_empty_elements_passed_over() {
        for (value, hops) in [
            ("203.0.113.9", &["203.0.113.9"][..]),
            ("203.0.113.9:51234", &["203.0.113.9"]),
            ("2001:db8::7", &["2001:db8::7"]),
            ("[2001:db8::7]", &["2001:db8::7"]),
            ("[2001:db8::7]:443", &["2001:db8::7"]),
            ("\"[2001:db8::7]:443\"", &["2001:db8::7"]),
            ("::ffff:203.0.113.9", &["203.0.113.9"]),
            ("203.0.113.9,", &["203.0.113.9"]),
            ("203.0.113.9, , 10.0.0.2", &["203.0.113.9", "10.0.0.2"]),
            ("", &[]),
        ] {
            assert_eq!(read(X_FORWARDED_FOR, &[value]), hops, "{value}");
        }
    }

    #[test]
    fn what_is_no_address_is_unreadable() {
        for value in [
            "unknown",
            "203.0.113.9:",
            "203.0.113.9:http",
            "203.0.113.9 10.0.0.1",
            "[203.0.113.9]",
            "[2001:db8::7]443",
            "[2001:db8::7]:",
            "[2001:db8::7",
            "\"203.0.113.9",
        ] {
            assert_eq!(read(X_FORWARDED_FOR, &[value]), ["?"], "{value}");
        }
    }

    #[test]
    fn forwarded_is_read_as_rfc_7239_writes_it() {
        for (value, hops) in [
            (
                "for=192.0.2.60;proto=http;by=203.0.113.43",
                &["192.0.2.60"][..],
            ),
            ("For=\"[2001:db8:cafe::17]:4711\"", &["2001:db8:cafe::17"]),
            (
                "for=192.0.2.43, for=198.51.100.17",
                &["192.0.2.43", "198.51.100.17"],
            ),
            ("for=\"192.0.2.43:_port\"", &["192.0.2.43"]),
            ("by=\"a,b;for=1.2.3.4\" ; for=192.0.2.43", &["192.0.2.43"]),
            (
                "for=unknown, for=_hidden, for=192.0.2.43",
                &["?", "?", "192.0.2.43"],
            ),
            ("proto=https, by=10.0.0.1", &[]),
            ("for=192.0.2.43, proto=https", &["192.0.2.43", "?"]),
            ("for=192.0.2.43;for=192.0.2.44", &["?"]),
            (", for=192.0.2.43,", &["192.0.2.43"]),
        ] {
            assert_eq!(read(FORWARDED, &[value]), hops, "{value}");
        }
    }

    #[test]
    fn quotes_that_a_client_leaves_open_make_nothing_of_what_the_proxy_adds() {
        for value in [
            "for=1.2.3.4;x=\", for=192.0.2.43",
            "for=1.2.3.4;x=\", for=\"[2001:db8::7]:443\"",
            "for=1.2.3.4;x=\"\\, for=\"[2001:db8::7]:443\"",
            "for=1.2.3.4;x=\"\\\", for=192.0.2.43",
        ] {
            assert_eq!(read(FORWARDED, &[value]).last().unwrap(), "?", "{value}");
        }
    }

    #[test]
    fn lines_of_one_name_are_one_list() {
        let values = ["203.0.113.9, 10.0.0.1", "10.0.0.2"];
        let hops = ["203.0.113.9", "10.0.0.1", "10.0.0.2"];
        assert_eq!(read(X_FORWARDED_FOR, &values), hops);
    }
}

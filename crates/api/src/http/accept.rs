//! The header `Accept` (RFC 9110 §12.5.1).

use actix_web::HttpRequest;
use actix_web::http::header::{ACCEPT, Accept, Header, HeaderValue, Quality};

/// A header that is longer than this is not read: parsing takes time.
const LONGEST: usize = 1024;

/// Whether the client names this media type among those it accepts. A wildcard does not name it.
pub fn names(request: &HttpRequest, media_type: &str) -> bool {
    let sent = request.headers().get_all(ACCEPT);
    if sent.map(HeaderValue::len).sum::<usize>() > LONGEST {
        return false;
    }
    Accept::parse(request).is_ok_and(|accepted| {
        accepted
            .0
            .iter()
            .any(|range| range.item.essence_str() == media_type && range.quality > Quality::ZERO)
    })
}

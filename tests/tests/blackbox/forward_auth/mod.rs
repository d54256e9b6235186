//! `GET /auth/check`, and services behind proxies that ask it.

mod carriers;
mod proxies;
mod users;

use azuma_tests::clients::{Answer, ApiError, Carrier};
use azuma_tests::server::Server;

const PATH: &str = "/auth/check";

/// The header `Azuma-Session`, the header `Authorization`, and the cookie.
const CARRIERS: [Carrier; 3] = [Carrier::LegacyHeader, Carrier::Azuma, Carrier::LegacyCookie];

/// What a proxy is told of a request with these headers.
async fn asked(server: &Server, headers: &[(&str, String)]) -> Answer<ApiError> {
    let mut request = server.get(PATH);
    for (name, value) in headers {
        request = request.header(name, value);
    }
    request.send().await
}

async fn asked_with(server: &Server, carrier: Carrier, token: &str) -> Answer<ApiError> {
    asked(server, &[carrier.header(token)]).await
}

/// The id and the name of the user, as the headers have them.
#[track_caller]
fn named(answer: &Answer<ApiError>) -> (&str, Option<&str>) {
    answer.done(204);
    let id = answer.header("Azuma-User-Id").expect("an id");
    (id, answer.header("Azuma-User-Name"))
}

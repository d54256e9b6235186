//! Every route of the contract.

use azuma_tests::clients::Request;
use azuma_tests::server::Server;
use reqwest::Method;

/// Which dialect a route belongs to, which is also how its errors look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// A route that is there whichever dialects are; its errors look as those of the current API.
    None,
    Azuma,
    Legacy,
    Account,
    Service,
}

/// A path and the methods it answers.
#[derive(Clone, Copy, Debug)]
pub struct Route {
    pub dialect: Dialect,
    pub path: &'static str,
    pub methods: &'static [&'static str],
    /// Whether it asks for a token.
    pub protected: bool,
}

const fn route(
    dialect: Dialect,
    path: &'static str,
    methods: &'static [&'static str],
    protected: bool,
) -> Route {
    Route {
        dialect,
        path,
        methods,
        protected,
    }
}

/// All of them.
pub const ROUTES: &[Route] = &[
    route(Dialect::None, "/livez", &["GET"], false),
    route(Dialect::None, "/readyz", &["GET"], false),
    route(Dialect::None, "/openapi/service.json", &["GET"], false),
    route(Dialect::None, "/auth/check", &["GET"], true),
    route(Dialect::Azuma, "/", &["GET"], false),
    route(Dialect::Azuma, "/users", &["POST"], false),
    route(Dialect::Azuma, "/user/login", &["POST"], false),
    route(Dialect::Azuma, "/user/update", &["PATCH"], true),
    route(Dialect::Azuma, "/user/self", &["GET", "DELETE"], true),
    route(
        Dialect::Azuma,
        "/user/ee8e77d9-290e-4bb9-84a1-c2b7efb338df",
        &["GET"],
        true,
    ),
    route(Dialect::Azuma, "/user/sessions", &["GET"], true),
    route(
        Dialect::Azuma,
        "/user/sessions/ee8e77d9-290e-4bb9-84a1-c2b7efb338df",
        &["DELETE"],
        true,
    ),
    route(Dialect::Azuma, "/user/events", &["GET"], true),
    route(
        Dialect::Azuma,
        "/user/factors/totp",
        &["GET", "POST", "DELETE"],
        true,
    ),
    route(
        Dialect::Azuma,
        "/user/factors/totp/confirm",
        &["POST"],
        true,
    ),
    route(Dialect::Azuma, "/user/logout", &["POST"], true),
    route(Dialect::Legacy, "/api/", &["GET"], false),
    route(Dialect::Legacy, "/api", &["GET"], false),
    route(Dialect::Legacy, "/api/login", &["POST"], false),
    route(Dialect::Legacy, "/api/register", &["POST"], false),
    route(Dialect::Legacy, "/api/me", &["GET"], true),
    route(Dialect::Account, "/account/register", &["POST"], false),
    route(Dialect::Account, "/account/verify", &["POST"], false),
    route(Dialect::Account, "/account/authenticate", &["POST"], false),
    route(Dialect::Account, "/account/recover", &["POST"], false),
    route(Dialect::Account, "/account/reset", &["POST"], false),
    route(Dialect::Account, "/account/delete", &["DELETE"], true),
    route(
        Dialect::Account,
        "/account/tokens",
        &["GET", "DELETE"],
        true,
    ),
    route(Dialect::Service, "/service/check", &["POST"], true),
    route(Dialect::Service, "/service/changes", &["GET"], true),
    route(Dialect::Service, "/service/introspect", &["POST"], true),
    route(Dialect::Service, "/service/users", &["GET"], true),
];

impl Route {
    /// A request to it, by each of its methods.
    pub fn requests<'a>(&'a self, server: &'a Server) -> impl Iterator<Item = Request> + 'a {
        self.methods
            .iter()
            .map(|method| server.request(self.method(method), self.path))
    }

    fn method(&self, name: &str) -> Method {
        name.parse()
            .unwrap_or_else(|error| panic!("{name} at {}: {error}", self.path))
    }
}

/// The routes that ask for a token.
pub fn protected() -> impl Iterator<Item = &'static Route> {
    ROUTES.iter().filter(|route| route.protected)
}

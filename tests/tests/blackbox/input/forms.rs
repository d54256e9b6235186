//! Every route that reads a body, and the fields of it.

use azuma_tests::clients::Request;
use azuma_tests::server::Server;
use reqwest::Method;

/// A route that reads a body.
pub struct Form {
    method: Method,
    pub path: &'static str,
    pub fields: &'static [&'static str],
}

const fn form(method: Method, path: &'static str, fields: &'static [&'static str]) -> Form {
    Form {
        method,
        path,
        fields,
    }
}

/// All of them.
pub const FORMS: &[Form] = &[
    form(Method::POST, "/users", &["name", "email", "password"]),
    form(Method::POST, "/user/login", &["name", "password"]),
    form(
        Method::PATCH,
        "/user/update",
        &[
            "current_password",
            "name",
            "password",
            "email",
            "icon",
            "status",
        ],
    ),
    form(Method::POST, "/api/login", &["name", "password"]),
    form(Method::POST, "/api/register", &["name", "password"]),
    form(
        Method::POST,
        "/account/register",
        &["username", "password", "email"],
    ),
    form(Method::POST, "/account/verify", &["token"]),
    form(
        Method::POST,
        "/account/authenticate",
        &["username", "password"],
    ),
    form(Method::POST, "/account/recover", &["email"]),
    form(Method::POST, "/account/reset", &["token", "password"]),
    form(Method::DELETE, "/account/tokens", &["token"]),
];

impl Form {
    /// Whether all fields may be left out.
    pub fn is_optional(&self) -> bool {
        self.path == "/user/update"
    }

    /// A good value for each field, as JSON.
    pub fn values(&self) -> Vec<String> {
        let value = |field: &&str| match *field {
            "email" => "\"trinity@example.org\"".to_owned(),
            other => format!("\"{other}\""),
        };
        self.fields.iter().map(value).collect()
    }

    /// A good body.
    pub fn good(&self) -> String {
        self.with("", "")
    }

    /// A good body, but for one field.
    pub fn with(&self, odd: &str, value: &str) -> String {
        let pair = |(field, good): (&&str, String)| {
            let value = if *field == odd { value } else { &good };
            format!("\"{field}\": {value}")
        };
        let pairs: Vec<_> = self.fields.iter().zip(self.values()).map(pair).collect();
        format!("{{{}}}", pairs.join(", "))
    }

    /// A good body, but for a field that is missing.
    pub fn without(&self, missing: &str) -> String {
        let field = format!("\"{missing}\":");
        self.good().replace(&field, "\"another\":")
    }

    /// A request to the route with a token.
    pub fn request(&self, server: &Server, token: &str) -> Request {
        server.request(self.method.clone(), self.path).bearer(token)
    }
}

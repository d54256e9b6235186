//! Bodies that are no request: refused by every route that reads one, and without a trace.

use azuma_tests::clients::Request;
use azuma_tests::dump::Dump;
use azuma_tests::people::Person;
use azuma_tests::server::Server;
use azuma_tests::{Database, on_both_databases};
use reqwest::Method;

/// A route that reads a body, and the fields of it.
struct Form {
    method: Method,
    path: &'static str,
    fields: &'static [&'static str],
    /// Whether all fields may be left out.
    optional: bool,
}

const fn form(method: Method, path: &'static str, fields: &'static [&'static str]) -> Form {
    Form {
        method,
        path,
        fields,
        optional: false,
    }
}

const FORMS: &[Form] = &[
    form(Method::POST, "/users", &["name", "email", "password"]),
    form(Method::POST, "/user/login", &["name", "password"]),
    Form {
        method: Method::PATCH,
        path: "/user/update",
        fields: &["name", "password", "email", "icon", "status"],
        optional: true,
    },
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
    form(Method::DELETE, "/account/tokens", &["token"]),
];

impl Form {
    /// A good value for each field, as JSON.
    fn values(&self) -> Vec<String> {
        let value = |field: &&str| match *field {
            "email" => "\"trinity@example.org\"".to_owned(),
            other => format!("\"{other}\""),
        };
        self.fields.iter().map(value).collect()
    }

    /// A good body, but for one field.
    fn with(&self, odd: &str, value: &str) -> String {
        let pair = |(field, good): (&&str, String)| {
            let value = if *field == odd { value } else { &good };
            format!("\"{field}\": {value}")
        };
        let pairs: Vec<_> = self.fields.iter().zip(self.values()).map(pair).collect();
        format!("{{{}}}", pairs.join(", "))
    }

    /// A good body, but for a field that is missing.
    fn without(&self, missing: &str) -> String {
        let pairs: Vec<_> = self
            .fields
            .iter()
            .zip(self.values())
            .filter(|(field, _)| **field != missing)
            .map(|(field, value)| format!("\"{field}\": {value}"))
            .collect();
        format!("{{{}}}", pairs.join(", "))
    }

    /// A request to the route with the token of somebody who may use it.
    fn request(&self, server: &Server, token: &str) -> Request {
        server.request(self.method.clone(), self.path).bearer(token)
    }
}

/// Sends each route its bad bodies; each must be a 400 and none may change what is stored.
async fn expect_refused(db: Database, bodies: impl Fn(&Form) -> Vec<Vec<u8>>) {
    let server = db.server().start();
    let token = server.azuma().sign_up(&Person::named("neo")).await;
    server.azuma().own_user(&token).await.done(200);
    let before = users(&server);
    for form in FORMS {
        for body in bodies(form) {
            let shown = String::from_utf8_lossy(&body)
                .chars()
                .take(80)
                .collect::<String>();
            let answer = form.request(&server, &token).json_text(body).send().await;
            assert_eq!(
                answer.status,
                400,
                "{} {shown:?}: {}",
                form.path,
                answer.text()
            );
            assert_eq!(answer.refusal().message, "BAD_REQUEST");
        }
    }
    assert_eq!(
        users(&server),
        before,
        "a refused request changed something"
    );
}

/// All that is stored but the moments of use, which an accepted token moves whatever the answer.
fn users(server: &Server) -> Vec<String> {
    let dump = Dump::of(server);
    dump.text()
        .lines()
        .filter(|line| !line.contains("session"))
        .map(str::to_owned)
        .collect()
}

#[on_both_databases]
async fn what_is_no_json_is_refused(db: Database) {
    expect_refused(db, |form| {
        let good = form.with("", "");
        let truncated = good.as_bytes()[..good.len() - 1].to_vec();
        let nested = [vec![b'['; 8_000], vec![b']'; 8_000]].concat();
        let mut binary = good.replace("name", "n\u{1}me").into_bytes();
        binary.push(0xff);
        vec![
            Vec::new(),
            b"{".to_vec(),
            b"\0".to_vec(),
            b"name=neo&password=secret".to_vec(),
            truncated,
            nested,
            vec![b'['; 16_000],
            binary,
            form.with(form.fields[0], "\"\u{0}\"").into_bytes(),
            form.with(form.fields[0], r#""\ud800""#).into_bytes(),
            [good.as_bytes(), b"{}"].concat(),
            [b"\xef\xbb\xbf", good.as_bytes()].concat(),
        ]
    })
    .await;
    expect_refused(db, |form| {
        let good = form.with(form.fields[0], "\"~\"");
        let bytes = good
            .bytes()
            .map(|byte| if byte == b'~' { 0xff } else { byte });
        let mut passed_over = form.with(form.fields[0], "\"neo\"").into_bytes();
        passed_over.pop();
        passed_over.extend_from_slice(b",\"unknown\":\"\xff\"}");
        vec![bytes.collect(), passed_over]
    })
    .await;
}

#[on_both_databases]
async fn what_is_no_object_is_refused(db: Database) {
    let bodies = ["null", "true", "42", "\"neo\"", "[]", "[{}]"];
    expect_refused(db, |_| {
        bodies.iter().map(|body| body.as_bytes().to_vec()).collect()
    })
    .await;
}

#[on_both_databases]
async fn an_object_without_its_fields_is_refused(db: Database) {
    expect_refused(db, |form| {
        if form.optional {
            return Vec::new();
        }
        let missing = form.fields.iter().map(|field| form.without(field));
        let null = form.fields.iter().map(|field| form.with(field, "null"));
        missing.chain(null).map(String::into_bytes).collect()
    })
    .await;
}

#[on_both_databases]
async fn a_field_of_another_type_is_refused(db: Database) {
    let wrong = ["42", "true", "[\"neo\"]", "{\"a\": \"neo\"}", "1e400"];
    expect_refused(db, |form| {
        let fields = form.fields.iter();
        fields
            .flat_map(|field| wrong.map(|value| form.with(field, value).into_bytes()))
            .collect()
    })
    .await;
}

#[on_both_databases]
async fn an_array_does_not_stand_for_an_object(db: Database) {
    expect_refused(db, |form| {
        vec![format!("[{}]", form.values().join(", ")).into_bytes()]
    })
    .await;
}

//! Bodies that are no request: refused by every route that reads one, and without a trace.

use azuma_tests::dump::Dump;
use azuma_tests::people::Person;
use azuma_tests::server::Server;
use azuma_tests::{Database, on_both_databases};

use super::forms::{FORMS, Form};

#[on_both_databases]
async fn are_refused_and_change_nothing(db: Database) {
    let server = db.server().start();
    let token = server.azuma().sign_up(&Person::named("neo")).await;
    server.azuma().own_user(&token).await.done(200);
    let before = users(&server);
    for form in FORMS {
        let bodies = [no_json(form), no_object(form), wrong_fields(form)];
        for body in bodies.concat() {
            let shown = String::from_utf8_lossy(&body[..body.len().min(80)]).into_owned();
            let answer = form.request(&server, &token).json_text(body).send().await;
            let told = (answer.status, answer.refusal().message);
            let refused = (400, "BAD_REQUEST".to_owned());
            assert_eq!(told, refused, "{} {shown:?}", form.path);
        }
    }
    assert_eq!(users(&server), before);
}

/// All that is stored but the moments of use, which an accepted token moves whatever the answer.
fn users(server: &Server) -> Vec<String> {
    let dump = Dump::of(server);
    let lines = dump.text().lines().filter(|line| !line.contains("session"));
    lines.map(str::to_owned).collect()
}

fn no_json(form: &Form) -> Vec<Vec<u8>> {
    let (good, first) = (form.good(), form.fields[0]);
    let good = good.as_bytes();
    let unfinished = &good[..good.len() - 1];
    let marked = form.with(first, "\"~\"");
    let invalid = marked
        .bytes()
        .map(|byte| if byte == b'~' { 0xff } else { byte });
    vec![
        Vec::new(),
        b"{".to_vec(),
        b"\0".to_vec(),
        b"name=neo&password=secret".to_vec(),
        unfinished.to_vec(),
        [vec![b'['; 8_000], vec![b']'; 8_000]].concat(),
        vec![b'['; 16_000],
        form.with(first, "\"\u{0}\"").into_bytes(),
        form.with(first, r#""\ud800""#).into_bytes(),
        [good, b"{}"].concat(),
        [good, b"\xff"].concat(),
        [b"\xef\xbb\xbf", good].concat(),
        invalid.collect(),
        [unfinished, b",\"unknown\":\"\xff\"}"].concat(),
    ]
}

fn no_object(form: &Form) -> Vec<Vec<u8>> {
    let array = format!("[{}]", form.values().join(", "));
    let bodies = ["null", "true", "42", "\"neo\"", "[]", "[{}]", &array];
    bodies.map(|body| body.as_bytes().to_vec()).to_vec()
}

fn wrong_fields(form: &Form) -> Vec<Vec<u8>> {
    let mut bodies = Vec::new();
    for field in form.fields {
        for value in ["42", "true", "[\"neo\"]", "{\"a\": \"neo\"}", "1e400"] {
            bodies.push(form.with(field, value).into_bytes());
        }
        if !form.is_optional() {
            bodies.push(form.with(field, "null").into_bytes());
            bodies.push(form.without(field).into_bytes());
        }
    }
    bodies
}

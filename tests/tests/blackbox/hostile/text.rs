//! Text chosen to be slow to check: as many characters as a body holds, whose rules depend on all other characters.

use std::fs;
use std::time::Duration;

use azuma_tests::people::Person;
use azuma_tests::server::Server;
use azuma_tests::{Database, on_both_databases};

use crate::input::forms::FORMS;

/// Texts that nearly fill a body, all of which the rules of their characters read to the end.
fn texts() -> Vec<String> {
    vec![
        "・".repeat(5_300) + "一",
        "l·".repeat(5_300) + "l",
        "\u{660}".repeat(7_900),
        "\u{6f0}".repeat(7_900),
        "ب\u{200c}".repeat(3_100) + "ب",
        "א\u{5f3}".repeat(3_900),
        "\u{94d}\u{200d}".repeat(2_600),
        "α\u{313}\u{300}\u{345}".repeat(1_900),
        "\u{323}\u{301}".repeat(3_900),
        "x".repeat(15_900),
    ]
}

#[on_both_databases]
async fn of_any_field_on_any_route_is_refused(db: Database) {
    // Otherwise current passwords are not looked at.
    let setup = db.server().set("passwords.require_current", "true");
    let server = setup.start();
    let token = server.azuma().sign_up(&Person::named("neo")).await;
    for text in texts() {
        for form in FORMS {
            for field in form.fields {
                let (text, status) = match (form.path, *field) {
                    ("/account/register" | "/account/recover", "email") => {
                        (format!("trinity@{text}"), 422)
                    }
                    (_, "email") => (format!("trinity@{text}"), 400),
                    (_, "token") => (text.clone(), 404),
                    _ => (text.clone(), 400),
                };
                let body = form.with(field, &format!("\"{text}\""));
                let answer = form.request(&server, &token).json_text(body).send().await;
                let shown: String = text.chars().take(10).collect();
                assert_eq!(answer.status, status, "{} {field} {shown}", form.path);
            }
        }
    }
    server.azuma().own_user(&token).await.done(200);
}

/// The time all threads of the server have run.
fn time_run(server: &Server) -> Duration {
    let tasks = fs::read_dir(format!("/proc/{}/task", server.process_id())).unwrap();
    let nanoseconds = tasks.map(|task| {
        let path = task.unwrap().path().join("schedstat");
        let text = fs::read_to_string(path).unwrap_or_default();
        let run = text.split_whitespace().next();
        run.map_or(0, |nanoseconds| nanoseconds.parse::<u64>().unwrap())
    });
    Duration::from_nanos(nanoseconds.sum())
}

#[on_both_databases]
async fn takes_hardly_longer_than_any_other_of_its_length(db: Database) {
    let server = db.server().start();
    let logins_with = async |password: &str| {
        let before = time_run(&server);
        for _ in 0..20 {
            let login = server.azuma().login("neo", password).await;
            login.refused(400, "BAD_REQUEST");
        }
        time_run(&server) - before
    };
    let plain = "x".repeat(15_900);
    logins_with(&plain).await;
    let ordinary = logins_with(&plain).await;
    for text in texts() {
        let taken = logins_with(&text).await;
        // Where each character's rule read the whole text, it took hundreds of times as long.
        assert!(taken < 20 * ordinary, "{taken:?}, not {ordinary:?}");
    }
}

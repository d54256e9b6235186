//! A browser, which sends a cookie for each path that it was set for.

use azuma_tests::Database;
use azuma_tests::browser::{Browser, Look};
use azuma_tests::deadline::Deadline;
use azuma_tests::people::Person;

/// Asks who one is, and what status that has.
const ASK: &str = "fetch('/api/me').then(answer => answer.status)";

#[tokio::test]
async fn a_browser_whose_script_set_the_cookie_for_a_path_of_its_own_stays_logged_in() {
    let setup = Database::Sqlite.server();
    let setup = setup.set("sessions.rotating.renew_within", "30d");
    let server = setup.set("sessions.rotating.grace", "1s").start();
    let first = server.legacy().sign_up(&Person::named("neo")).await.token;
    let browser = Browser::start(Look::default()).await;
    browser
        .open(&format!("http://{}/api/", server.address()))
        .await;
    let set = format!("document.cookie = 'azuma_session={first}; path=/api; max-age=86400'");
    browser.evaluate(&set).await;
    let deadline = Deadline::in_seconds(30);
    while server.legacy().me(&first).await.status == 200 {
        assert_eq!(
            browser.evaluate(ASK).await,
            200,
            "while the first token lives"
        );
        assert!(!deadline.is_over(), "the next token is never used");
        deadline.step().await;
    }
    for _ in 0..3 {
        assert_eq!(
            browser.evaluate(ASK).await,
            200,
            "after the first token's end"
        );
    }
}

//! Forms that other sites send to ours.

use azuma_tests::browser::Browser;
use azuma_tests::people::Person;
use reqwest::Method;

use super::{BOTH, recovery, started, with};

#[tokio::test]
async fn a_form_that_a_browser_takes_from_another_site_is_refused_on_every_page_and_changes_nothing()
 {
    let server = started();
    let (neo, link) = recovery(&server).await;
    let (_, token) = link.split_once("token=").expect("a token");
    for (path, form) in [
        ("/reset", format!("token={token}&password=another-one")),
        ("/verify", format!("token={token}")),
        ("/recover", format!("email={}", neo.email)),
        (
            "/register",
            "name=smith&email=smith@example.org&password=red-pill".to_owned(),
        ),
    ] {
        for (name, value) in [
            ("Sec-Fetch-Site", "cross-site"),
            ("Origin", "https://evil.example"),
            ("Origin", "null"),
        ] {
            let form = server
                .request(Method::POST, path)
                .body(form.as_str())
                .header(name, value);
            let answer = form
                .header("Content-Type", "application/x-www-form-urlencoded")
                .send()
                .await;
            answer.done(403);
            assert!(answer.text().contains("another site"), "{path}, {name}");
        }
    }
    server.azuma().sign_in(&neo).await;
    let smith = server.azuma().login("smith", "red-pill").await;
    smith.refused(404, "NOT_FOUND");
    server
        .account()
        .reset(token, "a new password")
        .await
        .done(200);
}

#[tokio::test]
async fn a_browser_says_that_a_form_comes_from_another_site() {
    for scripts in BOTH {
        let server = started();
        let neo = Person::named("neo");
        server.azuma().sign_up(&neo).await;
        let browser = Browser::start(with(scripts)).await;
        let page = format!(
            "data:text/html,<form method=post action=http://{}/recover><input name=email value={}><button>Win</button></form>",
            server.address(),
            neo.email,
        );
        browser.open(&page).await;
        browser.click("Win").await;
        assert_eq!(browser.heading().await, "This form came from another site");
    }
}

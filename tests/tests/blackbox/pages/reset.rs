use azuma_tests::browser::{Browser, Look};

use super::{BOTH, recovery, started, started_with, with};

const NEW: &str = "a new password";

#[tokio::test]
async fn a_new_password_is_set_and_the_link_says_when_it_is_used() {
    for scripts in BOTH {
        let server = started();
        let (neo, link) = recovery(&server).await;
        let browser = Browser::start(with(scripts)).await;
        browser.open(&link).await;
        assert_eq!(browser.heading().await, "Set a new password");
        assert!(browser.text().await.contains(&neo.name));
        browser.screenshot(&format!("reset-asks-{scripts:?}")).await;
        browser.fill("New password", NEW).await;
        browser.click("Set the password").await;
        assert_eq!(browser.heading().await, "Your password is set");
        assert!(browser.text().await.contains(&neo.name));
        browser.screenshot(&format!("reset-done-{scripts:?}")).await;
        server.azuma().login(&neo.name, NEW).await.done(200);
        browser.open(&link).await;
        assert_eq!(browser.heading().await, "This link does not work");
        browser.screenshot(&format!("reset-used-{scripts:?}")).await;
        browser.click("Ask for a new link").await;
        assert_eq!(browser.heading().await, "Forgot your password?");
    }
}

#[tokio::test]
async fn a_password_that_is_too_short_can_be_corrected_whoever_notices() {
    let server = started();
    let (neo, link) = recovery(&server).await;
    let browser = Browser::start(Look::default()).await;
    browser.open(&link).await;
    browser.fill("New password", "short").await;
    browser.press("Set the password").await;
    assert_eq!(browser.heading().await, "Set a new password");
    browser.open(&link).await;
    // The browser counts units of UTF-16, the server characters.
    browser.fill("New password", "🦀🦀🦀🦀").await;
    browser.click("Set the password").await;
    let text = browser.text().await;
    assert!(text.contains("at least 8 characters"), "{text}");
    browser.screenshot("reset-refused").await;
    browser.fill("New password", NEW).await;
    browser.click("Set the password").await;
    assert_eq!(browser.heading().await, "Your password is set");
    server.azuma().login(&neo.name, NEW).await.done(200);
}

#[tokio::test]
async fn a_password_that_is_guessed_first_can_be_corrected() {
    let server = started_with(|setup| setup.set("passwords.blocklist", "true"));
    let (neo, link) = recovery(&server).await;
    let browser = Browser::start(Look::default()).await;
    browser.open(&link).await;
    browser.fill("New password", "password1").await;
    browser.click("Set the password").await;
    let text = browser.text().await;
    assert!(text.contains("among the first"), "{text}");
    browser.fill("New password", NEW).await;
    browser.click("Set the password").await;
    assert_eq!(browser.heading().await, "Your password is set");
    server.azuma().login(&neo.name, NEW).await.done(200);
}

use azuma_tests::browser::Browser;
use azuma_tests::people::Person;

use super::{BOTH, started, with};

#[tokio::test]
async fn a_link_is_asked_for_and_known_and_unknown_addresses_see_the_same() {
    for scripts in BOTH {
        let server = started();
        let neo = Person::named("neo");
        server.azuma().sign_up(&neo).await;
        let browser = Browser::start(with(scripts)).await;
        let mut seen = Vec::new();
        for email in [neo.email.as_str(), "nobody@example.org"] {
            browser
                .open(&format!("http://{}/recover", server.address()))
                .await;
            browser
                .screenshot(&format!("recover-asks-{scripts:?}"))
                .await;
            browser.fill("E-mail address", email).await;
            browser.click("Mail me a link").await;
            seen.push(browser.text().await);
        }
        browser
            .screenshot(&format!("recover-done-{scripts:?}"))
            .await;
        assert!(seen[0].contains("Check your mail"), "{}", seen[0]);
        assert_eq!(seen[0], seen[1]);
        let link = server.mail().first_to(&neo.email).await.link();
        browser.open(&link).await;
        assert_eq!(browser.heading().await, "Set a new password");
    }
}

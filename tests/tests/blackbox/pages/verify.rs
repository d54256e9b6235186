use azuma_tests::browser::{Browser, Look};
use azuma_tests::people::Person;

use super::{BOTH, started, with};

#[tokio::test]
async fn one_click_verifies_the_account_and_the_link_says_when_it_is_used() {
    for scripts in BOTH {
        let server = started();
        let neo = Person::named("neo");
        server.account().request_account(&neo, &server.mail()).await;
        let link = server.mail().first_to(&neo.email).await.link();
        let browser = Browser::start(with(scripts)).await;
        browser.open(&link).await;
        assert_eq!(browser.heading().await, "Confirm your e-mail address");
        browser
            .screenshot(&format!("verify-asks-{scripts:?}"))
            .await;
        let answer = server
            .account()
            .authenticate(&neo.name, &neo.password)
            .await;
        answer.refused(424, "NOT_VERIFIED");
        browser.click("Confirm").await;
        assert_eq!(browser.heading().await, "Your account is verified");
        browser
            .screenshot(&format!("verify-done-{scripts:?}"))
            .await;
        server.account().sign_in(&neo).await;
        browser.open(&link).await;
        assert_eq!(browser.heading().await, "This link does not work");
        assert!(browser.text().await.contains("register again"));
        browser
            .screenshot(&format!("verify-used-{scripts:?}"))
            .await;
    }
}

#[tokio::test]
async fn a_changed_address_is_named_before_it_is_confirmed() {
    let server = started();
    let token = server.azuma().sign_up(&Person::named("neo")).await;
    let azuma = server.azuma();
    let change = azuma.change_email(&token, "new@example.org");
    change.await.done(200);
    let link = server.mail().first_to("new@example.org").await.link();
    let browser = Browser::start(Look::default()).await;
    browser.open(&link).await;
    assert!(browser.text().await.contains("new@example.org"));
    browser.click("Confirm").await;
    assert_eq!(browser.heading().await, "Your new address is confirmed");
    let user = server.azuma().own_user(&token).await.success(200);
    assert_eq!(user.email.as_deref(), Some("new@example.org"));
}

#[tokio::test]
async fn the_page_speaks_german_to_those_who_do() {
    let server = started();
    let neo = Person::named("neo");
    server.account().request_account(&neo, &server.mail()).await;
    let link = server.mail().first_to(&neo.email).await.link();
    let browser = Browser::start(Look {
        language: "de",
        ..Look::default()
    })
    .await;
    browser.open(&link).await;
    assert_eq!(browser.heading().await, "E-Mail-Adresse bestätigen");
    assert_eq!(
        browser.evaluate("document.documentElement.lang").await,
        "de"
    );
    browser.click("Bestätigen").await;
    assert_eq!(browser.heading().await, "Dein Konto ist bestätigt");
}

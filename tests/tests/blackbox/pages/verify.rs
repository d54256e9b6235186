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
        let text = browser.text().await;
        assert!(
            text.contains(&neo.name) && text.contains(&neo.email),
            "{text}"
        );
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
async fn a_changed_address_is_named_and_confirmed_or_taken_back_with_one_click() {
    let server = started();
    let (azuma, new) = (server.azuma(), "new@example.org");
    let token = azuma.sign_up(&Person::named("neo")).await;
    let browser = Browser::start(Look::default()).await;
    for (count, click, heading, address) in [
        (
            1,
            "This was not me",
            "Nothing was confirmed",
            "neo@example.org",
        ),
        (2, "Confirm", "Your new address is confirmed", new),
    ] {
        azuma.change_email(&token, new).await.done(200);
        let link = server.mail().nth_to(new, count).await.link();
        browser.open(&link).await;
        let text = browser.text().await;
        assert!(text.contains("neo") && text.contains(new), "{text}");
        browser.click(click).await;
        assert_eq!(browser.heading().await, heading);
        browser.open(&link).await;
        assert_eq!(browser.heading().await, "This link does not work");
        let user = azuma.own_user(&token).await.success(200);
        assert_eq!(user.email.as_deref(), Some(address));
    }
}

#[tokio::test]
async fn whoever_did_not_ask_for_the_account_frees_name_and_address_with_one_click() {
    for scripts in BOTH {
        let server = started();
        let mallory = Person {
            email: "neo@example.org".to_owned(),
            ..Person::named("mallory")
        };
        let account = server.account();
        account.request_account(&mallory, &server.mail()).await;
        let link = server.mail().first_to(&mallory.email).await.link();
        let browser = Browser::start(with(scripts)).await;
        browser.open(&link).await;
        assert!(browser.text().await.contains("mallory"));
        browser.click("This was not me").await;
        assert_eq!(browser.heading().await, "Nothing was confirmed");
        browser
            .screenshot(&format!("verify-disowned-{scripts:?}"))
            .await;
        browser.open(&link).await;
        assert_eq!(browser.heading().await, "This link does not work");
        let answer = account.authenticate(&mallory.name, &mallory.password).await;
        answer.refused(404, "NOT_FOUND");
        account.ask_for_account(&Person::named("neo")).await;
        server.legacy().sign_up(&Person::named("mallory")).await;
    }
}

#[tokio::test]
async fn a_name_is_shown_as_text_and_turns_nothing_around_it() {
    for name in ["<i>neo</i>", "שלום"] {
        let server = started();
        let person = Person {
            name: name.to_owned(),
            ..Person::named("neo")
        };
        let account = server.account();
        account.request_account(&person, &server.mail()).await;
        let link = server.mail().first_to(&person.email).await.link();
        let browser = Browser::start(Look::default()).await;
        browser.open(&link).await;
        let shown = browser.evaluate("document.querySelector('dd').textContent");
        assert_eq!(shown.await, name);
        let isolated = "getComputedStyle(document.querySelector('dd > *')).unicodeBidi";
        assert_eq!(browser.evaluate(isolated).await, "isolate");
    }
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

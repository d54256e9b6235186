use azuma_tests::browser::Browser;
use azuma_tests::people::Person;

use super::{BOTH, started, started_with, with};

#[tokio::test]
async fn an_invitation_is_followed_and_the_account_is_ready_after_its_mail() {
    for scripts in BOTH {
        let server = started_with(|setup| setup.set("registration.mode", "invite"));
        let made = server.setup().run(&["invite", "create"]);
        let code = made
            .success()
            .lines()
            .nth(1)
            .and_then(|line| line.split_whitespace().nth(1));
        let code = code.expect("a code");
        let neo = Person::named("neo");
        let browser = Browser::start(with(scripts)).await;
        let page = format!("http://{}/register", server.address());
        browser.open(&format!("{page}?invite={code}")).await;
        browser
            .screenshot(&format!("register-asks-{scripts:?}"))
            .await;
        browser.fill("Name", &neo.name).await;
        browser.fill("E-mail address", &neo.email).await;
        browser.fill("Password", &neo.password).await;
        browser.click("Create the account").await;
        assert_eq!(browser.heading().await, "Check your mail");
        let link = server.mail().first_to(&neo.email).await.link();
        browser.open(&link).await;
        browser.click("Confirm").await;
        assert_eq!(browser.heading().await, "Your account is verified");
        server.azuma().sign_in(&neo).await;
    }
}

#[tokio::test]
async fn what_is_refused_is_said_beside_its_field_and_the_rest_stays() {
    for scripts in BOTH {
        let server = started();
        let neo = Person::named("neo");
        server.azuma().sign_up(&neo).await;
        let browser = Browser::start(with(scripts)).await;
        browser
            .open(&format!("http://{}/register", server.address()))
            .await;
        browser.fill("Name", "Neo").await;
        browser.fill("E-mail address", "other@example.org").await;
        browser.fill("Password", "red pill").await;
        browser.click("Create the account").await;
        let text = browser.text().await;
        assert!(text.contains("Somebody else has this name."), "{text}");
        browser
            .screenshot(&format!("register-refuses-{scripts:?}"))
            .await;
        browser.fill("Name", "trinity").await;
        browser.fill("Password", "red pill").await;
        browser.click("Create the account").await;
        assert_eq!(browser.heading().await, "Check your mail");
    }
}

#[tokio::test]
async fn where_registration_is_closed_the_page_says_so() {
    let server = started_with(|setup| setup.set("registration.mode", "closed"));
    let answer = server.get("/register").send().await;
    assert_eq!(answer.status, 403);
    assert!(answer.text().contains("Registration is closed"));
}

//! The account page.

use azuma_tests::Database;
use azuma_tests::authenticator::code;
use azuma_tests::browser::{Browser, Look};
use azuma_tests::people::Person;
use azuma_tests::server::Server;
use reqwest::Method;

use super::{BOTH, started, with};

fn page(server: &Server) -> String {
    format!("http://{}/me", server.address())
}

/// Neo, registered, and a browser in which he is logged in.
async fn neo_in(server: &Server, look: Look) -> (Person, Browser) {
    let neo = Person::named("neo");
    server.azuma().sign_up(&neo).await;
    let browser = Browser::start(look).await;
    browser.open(&page(server)).await;
    log_in(&browser, &neo.name, &neo.password).await;
    (neo, browser)
}

async fn log_in(browser: &Browser, name: &str, password: &str) {
    browser.fill("Name or e-mail address", name).await;
    browser.fill("Password", password).await;
    browser.click("Log in").await;
}

/// What the page says was done or is wrong.
async fn says(browser: &Browser, text: &str) {
    let all = browser.text().await;
    assert!(all.contains(text), "{text} is not in: {all}");
}

#[tokio::test]
async fn with_a_keyboard_alone_one_logs_in_ends_another_session_and_logs_out() {
    for scripts in BOTH {
        let server = started();
        let neo = Person::named("neo");
        let token = server.azuma().sign_up(&neo).await;
        let browser = Browser::start(with(scripts)).await;
        browser.open(&page(&server)).await;
        browser.tab_to("Name or e-mail address").await;
        browser.keys(&neo.name).await;
        browser.tab_to("Password").await;
        browser.keys(&neo.password).await;
        browser.enter().await;
        assert_eq!(browser.heading().await, "Your account");
        says(&browser, "this one").await;
        browser.screenshot(&format!("me-{scripts:?}")).await;
        server.azuma().own_user(&token).await.done(200);
        browser.tab_to("End this session").await;
        browser.enter().await;
        says(&browser, "The session has ended.").await;
        server.azuma().own_user(&token).await.done(401);
        browser.tab_to("Log out").await;
        browser.enter().await;
        assert_eq!(browser.heading().await, "Log in to your account");
        browser.open(&page(&server)).await;
        assert_eq!(browser.heading().await, "Log in to your account");
    }
}

#[tokio::test]
async fn all_other_sessions_end_with_one_button() {
    let server = started();
    let (neo, browser) = neo_in(&server, Look::default()).await;
    let tokens = [
        server.azuma().sign_in(&neo).await,
        server.account().sign_in(&neo).await,
    ];
    browser.open(&page(&server)).await;
    browser.click("End all other sessions").await;
    says(&browser, "Your other sessions have ended.").await;
    for token in tokens {
        server.azuma().own_user(&token).await.done(401);
    }
}

#[tokio::test]
async fn name_address_and_password_are_changed_with_the_current_password() {
    for scripts in BOTH {
        let server = started();
        let (neo, browser) = neo_in(&server, with(scripts)).await;
        browser.click("Change your name").await;
        browser.fill("Current password", "wrong").await;
        browser.fill("New name", "Thomas").await;
        browser.click("Change your name").await;
        says(&browser, "This is not your current password.").await;
        browser.screenshot(&format!("me-refuses-{scripts:?}")).await;
        browser.fill("Current password", &neo.password).await;
        browser.click("Change your name").await;
        says(&browser, "Your name is changed.").await;
        says(&browser, "Thomas").await;

        browser.click("Change your e-mail address").await;
        browser.fill("Current password", &neo.password).await;
        browser
            .fill("New e-mail address", "thomas@example.org")
            .await;
        browser.click("Change your e-mail address").await;
        says(&browser, "A link is on its way").await;
        let link = server.mail().first_to("thomas@example.org").await.link();
        browser.open(&link).await;
        browser.click("Confirm").await;
        browser.open(&page(&server)).await;
        says(&browser, "thomas@example.org (confirmed)").await;

        browser.click("Change your password").await;
        browser.fill("Current password", &neo.password).await;
        browser.fill("New password", "another red pill").await;
        browser.click("Change your password").await;
        says(&browser, "Your password is changed").await;
        browser.click("Log out").await;
        log_in(&browser, "thomas@example.org", "another red pill").await;
        assert_eq!(browser.heading().await, "Your account");
    }
}

#[tokio::test]
async fn a_second_factor_is_set_up_asked_for_and_removed() {
    for scripts in BOTH {
        let server = started();
        let (neo, browser) = neo_in(&server, with(scripts)).await;
        browser.click("Second factor").await;
        browser.fill("Current password", &neo.password).await;
        browser.click("Set it up").await;
        browser.screenshot(&format!("me-factor-{scripts:?}")).await;
        let dark = "document.querySelector('svg.qr path + path').getAttribute('d').length";
        assert!(browser.evaluate(dark).await.as_u64() > Some(1_000));
        let secret = browser
            .evaluate("document.querySelector('code').innerText")
            .await;
        let secret = secret.as_str().expect("a secret").to_owned();
        browser.fill("Code", "000000").await;
        browser.click("Turn it on").await;
        says(&browser, "This code is wrong or used.").await;
        browser.fill("Code", &code(&secret, 0)).await;
        browser.click("Turn it on").await;
        assert_eq!(browser.heading().await, "Your recovery codes");
        let recovery = browser
            .evaluate("document.querySelector('ol code').innerText")
            .await;
        let recovery = recovery.as_str().expect("a code").to_owned();
        browser.click("Back to your account").await;
        browser.click("Log out").await;

        log_in(&browser, &neo.name, &neo.password).await;
        says(&browser, "Enter the code that your authenticator app shows").await;
        browser.fill("Password", &neo.password).await;
        browser.fill("Code", &code(&secret, 1)).await;
        browser.click("Log in").await;
        browser.click("Second factor").await;
        says(&browser, "Recovery codes left: 10.").await;
        browser.fill("Code", &recovery).await;
        browser.click("Turn it off").await;
        says(&browser, "The second factor is off.").await;
        server.azuma().sign_in(&neo).await;
    }
}

#[tokio::test]
async fn an_account_is_deleted_with_a_keyboard_and_the_current_password() {
    let server = started();
    let (neo, browser) = neo_in(&server, Look::default()).await;
    browser.tab_to("Delete your account").await;
    browser.enter().await;
    browser.tab_to("Current password").await;
    browser.keys("wrong").await;
    browser.enter().await;
    says(&browser, "This is not your current password.").await;
    browser.tab_to("Current password").await;
    browser.keys(&neo.password).await;
    browser.enter().await;
    says(&browser, "Your account is deleted.").await;
    let login = server.azuma().login(&neo.name, &neo.password).await;
    login.refused(404, "NOT_FOUND");
}

#[tokio::test]
async fn a_refused_login_does_not_say_which_of_name_and_password_is_wrong() {
    let server = started();
    let neo = Person::named("neo");
    server.azuma().sign_up(&neo).await;
    let form = |name: &str| {
        let form = server.request(Method::POST, "/me/login");
        let form = form.header("Content-Type", "application/x-www-form-urlencoded");
        form.body(format!("name={name}&password=wrong"))
    };
    let (known, unknown) = (form("neo").send().await, form("joe").send().await);
    assert_eq!(known.status, unknown.status);
    let text = known.text();
    assert!(
        text.contains("The name or the password is wrong."),
        "{text}"
    );
    assert_eq!(text.replace("\"neo\"", "\"joe\""), unknown.text());
}

#[tokio::test]
async fn whoever_waits_or_is_disabled_is_told_so() {
    let server = started();
    let waiting = Person::named("trinity");
    server.account().ask_for_account(&waiting).await;
    let neo = Person::named("neo");
    server.azuma().sign_up(&neo).await;
    server.setup().run(&["user", "disable", "neo"]).success();
    let browser = Browser::start(Look::default()).await;
    for (person, said) in [
        (&waiting, "Your account waits until you follow the link"),
        (&neo, "Your account is disabled."),
    ] {
        browser.open(&page(&server)).await;
        log_in(&browser, &person.name, &person.password).await;
        says(&browser, said).await;
    }
}

/// The cookie that a login sets, with its attributes.
pub(super) async fn cookie(server: &Server, neo: &Person) -> String {
    let form = server.request(Method::POST, "/me/login");
    let form = form.header("Content-Type", "application/x-www-form-urlencoded");
    let body = format!("name={}&password={}", neo.name, neo.password);
    let answer = form.body(body).send().await;
    answer.done(303);
    assert_eq!(answer.header("Location"), Some("/me"));
    answer.header("Set-Cookie").expect("a cookie").to_owned()
}

#[tokio::test]
async fn its_cookie_is_for_this_host_and_no_script_and_no_api_takes_it() {
    for (public_url, name, secure) in [
        ("https://accounts.example.org", "__Host-azuma_me", true),
        ("http://accounts.example.org", "azuma_me", false),
    ] {
        let server = Database::Sqlite.server();
        let server = server.set("http.public_url", public_url).start();
        let neo = Person::named("neo");
        server.azuma().sign_up(&neo).await;
        let cookie = cookie(&server, &neo).await;
        let (pair, attributes) = cookie.split_once(';').expect("attributes");
        let (named, token) = pair.split_once('=').expect("a value");
        assert_eq!(named, name);
        for attribute in ["HttpOnly", "SameSite=Strict", "Path=/"] {
            assert!(attributes.contains(attribute), "{attributes}");
        }
        assert_eq!(attributes.contains("Secure"), secure, "{attributes}");
        assert!(!attributes.contains("Domain"), "{attributes}");
        for path in ["/user/self", "/user/sessions", "/api/me", "/account/tokens"] {
            let request = server.get(path).header("Cookie", pair);
            assert_eq!(request.send().await.status, 401, "{path}");
        }
        server.azuma().own_user(token).await.done(200);
    }
}

#[tokio::test]
async fn the_page_shows_what_happened_and_older_events_behind_a_link() {
    let server = started();
    let (neo, browser) = neo_in(&server, Look::default()).await;
    let wrong = serde_json::json!({"name": neo.name, "password": "guess"});
    for _ in 0..50 {
        server
            .post("/user/login", &wrong)
            .send()
            .await
            .refused(403, "FORBIDDEN");
    }
    browser.click("What happened to your account").await;
    assert_eq!(browser.heading().await, "What happened to your account");
    says(&browser, "A login · refused: wrong password").await;
    says(&browser, "just now").await;
    says(&browser, "127.0.0.1").await;
    browser.screenshot("me-events").await;
    assert!(!browser.text().await.contains("The account was registered"));
    browser.click("Older").await;
    says(&browser, "The account was registered").await;
    browser.click("Back to your account").await;
    assert_eq!(browser.heading().await, "Your account");
}

#[tokio::test]
async fn all_data_is_downloaded_without_a_credential() {
    let server = started();
    let neo = Person::named("neo");
    let token = server.azuma().sign_up(&neo).await;
    server
        .azuma()
        .change_email(&token, "new@example.org")
        .await
        .done(200);
    let cookie = cookie(&server, &neo).await;
    let (pair, _) = cookie.split_once(';').expect("attributes");
    let file = server.get("/me/export").header("Cookie", pair).send().await;
    file.done(200);
    let disposition = file.header("Content-Disposition");
    assert_eq!(
        disposition,
        Some("attachment; filename=\"azuma-account.json\"")
    );
    let text = file.text();
    let data: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(data["account"]["name"], "neo");
    assert_eq!(data["account"]["email"], neo.email.as_str());
    assert_eq!(data["sessions"].as_array().map(Vec::len), Some(2));
    assert_eq!(data["links"][0]["email"], "new@example.org");
    assert_eq!(data["second_factor"]["enabled"], false);
    assert_eq!(data["events"][2]["action"], "register");
    let (_, value) = pair.split_once('=').expect("a value");
    for secret in [token.as_str(), value, "argon2"] {
        assert!(!text.contains(secret), "{text}");
    }
}

#[tokio::test]
async fn a_form_of_another_site_changes_nothing_with_a_live_cookie() {
    let server = started();
    let neo = Person::named("neo");
    let token = server.azuma().sign_up(&neo).await;
    let cookie = cookie(&server, &neo).await;
    let (pair, _) = cookie.split_once(';').expect("attributes");
    let password = &neo.password;
    for (path, form) in [
        ("/me/login", format!("name=neo&password={password}")),
        ("/me/name", format!("new=smith&current_password={password}")),
        ("/me/sessions/end-others", String::new()),
        ("/me/logout", String::new()),
        ("/me/delete", format!("current_password={password}")),
    ] {
        let request = server.request(Method::POST, path).body(form);
        let request = request
            .header("Content-Type", "application/x-www-form-urlencoded")
            .header("Cookie", pair)
            .header("Origin", "https://evil.example");
        request.send().await.done(403);
    }
    server.azuma().own_user(&token).await.done(200);
    let page = server.get("/me").header("Cookie", pair).send().await;
    assert!(page.text().contains("Your account"));
}

#[tokio::test]
async fn what_a_client_says_of_itself_is_shown_as_text() {
    let server = started();
    let neo = Person::named("neo");
    server.azuma().sign_up(&neo).await;
    let login = server.post(
        "/user/login",
        &serde_json::json!({"name": "neo", "password": neo.password}),
    );
    let login = login.header("User-Agent", "<script>alert(1)</script>");
    login.send().await.done(200);
    let cookie = cookie(&server, &neo).await;
    let (pair, _) = cookie.split_once(';').expect("attributes");
    let page = server.get("/me").header("Cookie", pair).send().await.text();
    assert!(!page.contains("<script"), "{page}");
}

#[tokio::test]
async fn it_speaks_german_to_those_who_do() {
    let server = started();
    let look = Look {
        language: "de",
        ..Look::default()
    };
    let browser = Browser::start(look).await;
    browser.open(&page(&server)).await;
    assert_eq!(browser.heading().await, "In deinem Konto anmelden");
}

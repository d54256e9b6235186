//! What axe-core finds on the pages.

use azuma_tests::authenticator::code;
use azuma_tests::browser::{Browser, Look, Scheme};
use azuma_tests::people::Person;
use azuma_tests::server::Server;

use super::started;

/// A browser of some look that goes through the pages of a server.
struct Reader<'a> {
    server: &'a Server,
    browser: Browser,
    scheme: Scheme,
    width: u32,
}

impl<'a> Reader<'a> {
    async fn start(server: &'a Server, scheme: Scheme, width: u32) -> Self {
        let browser = Browser::start(Look {
            scheme,
            width,
            ..Look::default()
        })
        .await;
        browser.open("data:text/html,<input>").await;
        assert_ne!(browser.accessibility_problems().await, [""; 0]);
        Self {
            server,
            browser,
            scheme,
            width,
        }
    }

    async fn open(&self, path: &str) {
        let url = format!("http://{}/{path}", self.server.address());
        self.browser.open(&url).await;
    }

    /// The page that is shown, which has this heading, breaks no rule and is no wider than the screen.
    async fn examine(&self, page: &str, heading: &str) {
        let look = format!("{page}-{:?}-{}", self.scheme, self.width);
        assert_eq!(self.browser.heading().await, heading, "{look}");
        self.browser.screenshot(&look).await;
        let problems = self.browser.accessibility_problems().await;
        assert_eq!(problems, [""; 0], "{look}");
        let wide = "document.documentElement.scrollWidth";
        let wide = self.browser.evaluate(wide).await;
        assert!(
            wide.as_u64() <= Some(self.width.into()),
            "{look}: {wide} wide"
        );
    }

    async fn send(&self, fields: &[(&str, &str)], button: &str) {
        for (label, text) in fields {
            self.browser.fill(label, text).await;
        }
        self.browser.click(button).await;
    }

    async fn log_in(&self, neo: &Person, password: &str) {
        let name = ("Name or e-mail address", neo.name.as_str());
        self.send(&[name, ("Password", password)], "Log in").await;
    }

    /// What nobody needs to log in for.
    async fn examine_pages_for_all(&self, neo: &Person) {
        for (path, heading) in [
            ("me", "Log in to your account"),
            ("recover", "Forgot your password?"),
            ("register", "Create an account"),
            ("reset", "This link does not work"),
            ("verify", "This link does not work"),
        ] {
            self.open(path).await;
            self.examine(path, heading).await;
        }
        self.open("me").await;
        self.log_in(neo, "wrong").await;
        self.examine("me-login-refused", "Log in to your account")
            .await;
    }

    /// Forms that are refused, what is said once a form was sent, and where its mail leads.
    async fn examine_what_forms_lead_to(&self, neo: &Person) {
        self.open("register").await;
        let taken = [
            ("Name", neo.name.as_str()),
            ("E-mail address", "other@example.org"),
            ("Password", "red pill"),
        ];
        self.send(&taken, "Create the account").await;
        self.examine("register-refused", "Create an account").await;
        self.open("recover").await;
        // The browser would refuse it first.
        let unchecked = "document.forms[0].noValidate = true";
        self.browser.evaluate(unchecked).await;
        let address = "E-mail address";
        self.send(&[(address, "neo")], "Mail me a link").await;
        self.examine("recover-refused", "Forgot your password?")
            .await;
        self.open("recover").await;
        self.send(&[(address, &neo.email)], "Mail me a link").await;
        self.examine("recover-done", "Check your mail").await;
        let link = self.server.mail().first_to(&neo.email).await.link();
        self.browser.open(&link).await;
        self.examine("reset-asks", "Set a new password").await;
    }

    async fn examine_pages_of_an_account(&self) {
        for (path, heading) in [
            ("me", "Your account"),
            ("me/events", "What happened to your account"),
            ("me/name", "Change your name"),
            ("me/email", "Change your e-mail address"),
            ("me/password", "Change your password"),
            ("me/factor", "Second factor"),
            ("me/delete", "Delete your account"),
        ] {
            self.open(path).await;
            self.examine(&path.replace('/', "-"), heading).await;
        }
        let wrong = ("Current password", "wrong");
        self.open("me/name").await;
        let new = ("New name", "smith");
        self.send(&[wrong, new], "Change your name").await;
        self.examine("me-name-refused", "Change your name").await;
    }

    /// The secret and its picture, the recovery codes, and each form that asks for a code.
    async fn examine_the_second_factor(&self, neo: &Person) {
        let password = ("Current password", neo.password.as_str());
        self.open("me/factor").await;
        self.send(&[password], "Set it up").await;
        self.examine("me-factor-secret", "Second factor").await;
        let secret = "document.querySelector('code').innerText";
        let secret = self.browser.evaluate(secret).await;
        let secret = secret.as_str().expect("a secret");
        self.send(&[("Code", "000000")], "Turn it on").await;
        self.examine("me-factor-refused", "Second factor").await;
        let right = code(secret, 0);
        self.send(&[("Code", &right)], "Turn it on").await;
        self.examine("me-recovery-codes", "Your recovery codes")
            .await;
        self.open("me/factor").await;
        self.examine("me-factor-on", "Second factor").await;
        self.open("me").await;
        self.browser.click("Log out").await;
        self.log_in(neo, &neo.password).await;
        self.examine("me-login-code", "Log in to your account")
            .await;
    }
}

#[tokio::test]
async fn axe_core_finds_nothing_on_any_page_in_the_light_in_the_dark_and_on_a_phone() {
    let server = started();
    let neo = Person::named("neo");
    server.azuma().sign_up(&neo).await;
    for (scheme, width) in [(Scheme::Light, 1280), (Scheme::Dark, 320)] {
        let reader = Reader::start(&server, scheme, width).await;
        reader.examine_pages_for_all(&neo).await;
        reader.open("me").await;
        reader.log_in(&neo, &neo.password).await;
        reader.examine_pages_of_an_account().await;
    }
}

#[tokio::test]
async fn axe_core_finds_nothing_on_what_forms_lead_to() {
    let server = started();
    let neo = Person::named("neo");
    server.azuma().sign_up(&neo).await;
    let reader = Reader::start(&server, Scheme::Dark, 320).await;
    reader.examine_what_forms_lead_to(&neo).await;
    reader.open("me").await;
    reader.log_in(&neo, &neo.password).await;
    reader.examine_the_second_factor(&neo).await;
}

//! Users of the server.

use azuma_client::Token;

use crate::clients::{Account, Azuma, Legacy, LegacySession};
use crate::mail::Mailbox;
use crate::server::Server;

/// What a person registers with.
#[derive(Clone, Debug)]
pub struct Person {
    /// The name of the user.
    pub name: String,
    /// An address that goes with the name.
    pub email: String,
    /// A password that occurs nowhere else.
    pub password: String,
}

impl Person {
    /// Somebody with an address made from the plain letters of their name, and a password from all of it.
    pub fn named(name: &str) -> Self {
        let plain: String = name.chars().filter(char::is_ascii).collect();
        Self {
            name: name.to_owned(),
            email: format!("{}@example.org", plain.to_lowercase()),
            password: format!("the-secret-of-{name}"),
        }
    }
}

/// The text of a token, which is there: no account waits for its address to be verified.
fn text(token: Option<Token>) -> String {
    let token = token.expect("a session");
    token.expose().to_owned()
}

impl Azuma {
    /// Registers a person; returns the token of their first session.
    pub async fn sign_up(&self, person: &Person) -> String {
        let Person {
            name,
            email,
            password,
        } = person;
        let issued = self.client().register(name, email, password).await;
        let issued = issued.unwrap_or_else(|error| panic!("{name} cannot register: {error}"));
        text(issued.token)
    }

    /// Logs a person in once more; returns the token of the new session.
    pub async fn sign_in(&self, person: &Person) -> String {
        let Person { name, password, .. } = person;
        let issued = self.client().login(name, password).await;
        let issued = issued.unwrap_or_else(|error| panic!("{name} cannot log in: {error}"));
        text(issued.token)
    }
}

impl Legacy {
    /// Registers a person, without an address.
    pub async fn sign_up(&self, person: &Person) -> LegacySession {
        self.register(&person.name, &person.password)
            .await
            .success(200)
    }

    /// Logs a person in once more.
    pub async fn sign_in(&self, person: &Person) -> LegacySession {
        self.login(&person.name, &person.password)
            .await
            .success(200)
    }
}

impl Account {
    /// Asks for an account; a mail is on its way then.
    pub async fn ask_for_account(&self, person: &Person) {
        self.register(&person.name, &person.password, &person.email)
            .await
            .done(200);
    }

    /// Asks for an account and returns the token in the mail that comes.
    pub async fn request_account(&self, person: &Person, mail: &Mailbox) -> String {
        let seen = mail.to(&person.email).len();
        self.ask_for_account(person).await;
        mail.nth_to(&person.email, seen + 1).await.token()
    }

    /// Registers a person, follows the link in the mail and logs in; returns the session's token.
    pub async fn sign_up(&self, person: &Person, mail: &Mailbox) -> String {
        let link = self.request_account(person, mail).await;
        self.verify(&link).await.done(200);
        self.sign_in(person).await
    }

    /// Logs a person in once more; returns the token of the new session.
    pub async fn sign_in(&self, person: &Person) -> String {
        let Person { name, password, .. } = person;
        let issued = self.client().authenticate(name, password).await;
        let issued = issued.unwrap_or_else(|error| panic!("{name} cannot log in: {error}"));
        issued.token.expose().to_owned()
    }
}

impl Server {
    /// Registers a person and logs them in at the other dialects too; returns the tokens of the three sessions, each
    /// used once, oldest first.
    pub async fn log_in_everywhere(&self, person: &Person) -> [String; 3] {
        let azuma = self.azuma();
        let tokens = [
            azuma.sign_up(person).await,
            self.legacy().sign_in(person).await.token,
            self.account().sign_in(person).await,
        ];
        for token in &tokens {
            azuma.own_user(token).await.done(200);
        }
        tokens
    }
}

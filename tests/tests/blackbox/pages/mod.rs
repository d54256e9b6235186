//! The pages that mails link to, in a browser.

mod accessibility;
mod foreign_forms;
mod headers;
mod looks;
mod me;
mod recover;
mod register;
mod reset;
mod verify;

use azuma_tests::addresses::free_address;
use azuma_tests::browser::{Look, Scripts};
use azuma_tests::people::Person;
use azuma_tests::server::{Server, Setup};

/// With scripts and without, a page does the same.
const BOTH: [Scripts; 2] = [Scripts::On, Scripts::Off];

fn with(scripts: Scripts) -> Look {
    Look {
        scripts,
        ..Look::default()
    }
}

/// Neo, and the link of a recovery.
async fn recovery(server: &Server) -> (Person, String) {
    let neo = Person::named("neo");
    server.azuma().sign_up(&neo).await;
    server.account().recover(&neo.email).await.done(200);
    let link = server.mail().first_to(&neo.email).await.link();
    (neo, link)
}

/// A server whose links lead to itself.
fn started() -> Server {
    started_with(|setup| setup)
}

/// The same with some settings changed.
fn started_with(change: impl FnOnce(Setup) -> Setup) -> Server {
    // Links are built from the public URL alone, so the port is chosen before.
    let address = free_address();
    change(azuma_tests::Database::Sqlite.server())
        .set("http.listen", &address.to_string())
        .set("http.public_url", &format!("http://{address}"))
        .set("passwords.min_length", "8")
        .start()
}

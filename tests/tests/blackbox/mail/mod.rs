//! Mail over SMTP: to mail servers with encryption and passwords, and past every fault of them.

mod crashes;
mod delivery;
mod encryption;
mod nodes;
mod operator;
mod refusals;
mod templates;

use azuma_tests::Database;
use azuma_tests::mail_server::MailServer;
use azuma_tests::server::{Server, Setup};

/// A server that sends to this mail server, with timeouts of one second.
fn hasty(db: Database, mail_server: &MailServer) -> Setup {
    db.server()
        .set("mail.url", &mail_server.url())
        .set("mail.connect_timeout", "1s")
        .set("mail.send_timeout", "1s")
}

/// The ids of the messages that `azuma mail list` knows, and its line about each.
fn listed(server: &Server) -> Vec<(String, String)> {
    let finished = server.setup().run(&["mail", "list"]);
    let lines = finished.success().lines();
    let line = |line: &str| {
        let id = line.split_whitespace().next()?;
        (id.len() == 36).then(|| (id.to_owned(), line.to_owned()))
    };
    lines.filter_map(line).collect()
}

/// The only message that `azuma mail list` knows, once it is a dead letter: its id, and the line about it.
async fn dead_letter(server: &Server) -> (String, String) {
    let deadline = azuma_tests::deadline::Deadline::in_seconds(30);
    loop {
        let mut letters = listed(server);
        assert_eq!(letters.len(), 1, "{letters:?}");
        let letter = letters.remove(0);
        if letter.1.contains(" dead ") {
            return letter;
        }
        assert!(!deadline.is_over(), "{}", letter.1);
        deadline.step().await;
    }
}

//! What the commands print, compared with transcripts in `tests/golden/`. With `AZUMA_RECORD` set, they are written.

use std::fs;

use azuma_tests::people::Person;
use azuma_tests::server::{Finished, Server, workspace};
use azuma_tests::{Database, mask};

use super::keys::{NEW, OLD, fingerprint};

/// Commands and what they printed, with ids, times and passwords replaced.
struct Transcript<'a> {
    server: &'a Server,
    text: String,
}

impl<'a> Transcript<'a> {
    fn new(server: &'a Server) -> Self {
        let text = String::new();
        Self { server, text }
    }

    fn run(&mut self, line: &str) {
        let finished = self.server.setup().run(&words(line));
        self.add(line, &finished);
    }

    fn run_reading(&mut self, line: &str, input: &str) {
        let finished = self.server.setup().run_reading(&words(line), input);
        self.add(&format!("{line} < password"), &finished);
    }

    fn add(&mut self, line: &str, finished: &Finished) {
        self.text.push_str(&format!(
            "$ azuma {line}\n{}{}",
            finished.stdout, finished.stderr
        ));
        match finished.status.code() {
            Some(0) => self.text.push('\n'),
            Some(code) => self.text.push_str(&format!("[exit code {code}]\n\n")),
            None => panic!("{line}: {}", finished.status),
        }
    }

    /// Compares it with the file of this name.
    fn compare(self, name: &str) {
        let path = workspace().join("tests/golden").join(name);
        let text = mask::masked(&self.text);
        if std::env::var_os("AZUMA_RECORD").is_some() {
            fs::write(&path, &text).expect("a writable directory");
        }
        let kept = fs::read_to_string(&path).unwrap_or_default();
        for (line, expected) in text.lines().zip(kept.lines()) {
            assert_eq!(line, expected, "{name}; AZUMA_RECORD=1 writes it");
        }
        assert_eq!(text, kept, "{name}; AZUMA_RECORD=1 writes it");
    }
}

fn words(line: &str) -> Vec<&str> {
    line.split(' ').collect()
}

#[tokio::test]
async fn of_accounts() {
    let server = Database::Sqlite.server().start();
    let mut transcript = Transcript::new(&server);
    transcript.run("user list");
    transcript.run("user create Neo --generate");
    transcript.run("user create neo --generate");
    transcript.run_reading(
        "user create trinity --email trinity@example.org --email-proved --password-stdin",
        "white-rabbit",
    );
    transcript.run("user create smith --generate --json");
    transcript.run("user set-password smith --generate");
    transcript.run_reading(
        "user set-password smith --password-stdin --json",
        "white-rabbit",
    );
    transcript.run("user rename smith agent");
    transcript.run("user rename agent trinity");
    transcript.run("user set-email agent agent@example.org");
    transcript.run("user set-email agent trinity@example.org --proved");
    transcript.run("user disable agent --reason spam");
    transcript.run("user list");
    transcript.run("user list --json");
    transcript.run("user list --name-prefix NE");
    transcript.run("user list --email TRINITY@example.org");
    transcript.run("user list --state disabled");
    transcript.run("user list --state waiting");
    transcript.run("user show trinity@example.org");
    transcript.run("user show agent");
    transcript.run("user show agent --json");
    transcript.run("user enable agent");
    transcript.run("user enable agent");
    transcript.run("user remove-factor agent");
    transcript.run("user revoke agent");
    transcript.run("user delete agent");
    transcript.run("user delete agent");
    transcript.compare("user.txt");
}

#[tokio::test]
async fn of_sessions() {
    let server = Database::Sqlite.server().start();
    let mut transcript = Transcript::new(&server);
    transcript.run("session list");
    let neo = Person::named("neo");
    let token = server.azuma().sign_up(&neo).await;
    let id = server.azuma().current_session(&token).await.id;
    transcript.run("session list");
    transcript.run("session list --json");
    transcript.run("user sessions neo");
    transcript.run("user sessions neo --json");
    transcript.run(&format!("session revoke {id}"));
    transcript.run(&format!("session revoke {id}"));
    transcript.run("session revoke --all");
    transcript.compare("session.txt");
}

#[tokio::test]
async fn of_keys() {
    let mut server = Database::Sqlite.server().set("secret_key", OLD).start();
    let walk = "key rotate --file new.key";
    let neo = Person::named("neo");
    server.azuma().sign_up(&neo).await;
    let mut transcript = Transcript::new(&server);
    transcript.run("key rotate");
    fs::write(server.setup().home().join("new.key"), NEW).expect("a writable directory");
    transcript.run("key status");
    transcript.run(walk);
    let Transcript { mut text, .. } = transcript;
    let leaked = fingerprint(server.setup(), "current");
    for (key, previous) in [(OLD, format!("[\"{NEW}\"]")), (NEW, format!("[\"{OLD}\"]"))] {
        server.change_setup(|setup| {
            let setup = setup.set("secret_key", key);
            setup.set("previous_secret_keys", &previous)
        });
        let server = &server;
        let mut transcript = Transcript { server, text };
        transcript.run(walk);
        let new = fingerprint(server.setup(), "current");
        let reissue = format!("key rotate --reissue {leaked} --new {new}");
        transcript.run(&format!("{reissue} --within 365d"));
        transcript.run(&reissue);
        Transcript { text, .. } = transcript;
    }
    let server = &server;
    let mut transcript = Transcript { server, text };
    transcript.run("key status --json");
    transcript.run(walk);
    transcript.compare("key.txt");
}

#[test]
fn of_services() {
    let server = Database::Sqlite.server().start();
    let mut transcript = Transcript::new(&server);
    transcript.run("service list");
    server.setup().run(&["service", "create", "chat"]).success();
    transcript.run("service create chat");
    transcript.run("service create Chat");
    server.setup().run(&["service", "create", "web"]).success();
    server.setup().run(&["service", "rotate", "web"]).success();
    transcript.run("service list");
    transcript.run("service list --json --limit 2");
    transcript.run("service rotate mail");
    transcript.run("service rotate chat --overlap ever");
    transcript.run("service revoke chat");
    transcript.run("service revoke chat");
    transcript.compare("service.txt");
}

#[test]
fn of_invitations() {
    let server = Database::Sqlite.server().start();
    let mut transcript = Transcript::new(&server);
    transcript.run("invite list");
    transcript.run("invite list --json");
    server.setup().run(&["invite", "create"]).success();
    transcript.run("invite list");
    transcript.run("invite list --json --limit 1");
    transcript.run("invite revoke 00000000-0000-4000-8000-000000000009");
    transcript.compare("invite.txt");
}

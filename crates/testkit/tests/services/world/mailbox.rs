//! Where messages arrive.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use azuma_domain::ports::Mailer;
use azuma_domain::token::Token;
use azuma_infra::mail::{LinkPages, MailFiles, MailSettings, Templates};
use mailparse::{MailHeaderMap, parse_mail};
use tempfile::TempDir;

use super::World;

/// What every link begins with.
const PAGES: &str = "https://azuma.test/";

/// The folder that `MailFiles` writes into.
#[derive(Clone)]
pub struct Mailbox(Arc<TempDir>);

/// A message that arrived.
pub struct Letter {
    pub to: String,
    pub subject: String,
    /// The token of its link, if it has a link.
    pub token: Option<Token>,
}

impl Mailbox {
    pub fn new() -> Self {
        Self(Arc::new(TempDir::new().unwrap()))
    }

    pub fn mailer(&self) -> Arc<dyn Mailer> {
        let settings = MailSettings {
            instance: "azumaneo".parse().unwrap(),
            from: "azuma@azuma.test".parse().unwrap(),
            pages: LinkPages {
                public_url: "https://azuma.test".parse().unwrap(),
                verification: format!("{PAGES}verify").parse().unwrap(),
                reset: format!("{PAGES}reset").parse().unwrap(),
            },
            templates: Templates::built_in(),
        };
        Arc::new(MailFiles::new(self.0.path().to_owned(), settings).unwrap())
    }

    /// All messages that arrived, oldest first; those of one second in any order.
    pub fn letters(&self) -> Vec<Letter> {
        let files = fs::read_dir(self.0.path()).unwrap();
        let mut paths: Vec<PathBuf> = files.map(|file| file.unwrap().path()).collect();
        paths.sort();
        paths
            .iter()
            .map(|path| read(&fs::read(path).unwrap()))
            .collect()
    }

    /// The subjects of the messages to an address, in alphabetical order.
    pub fn subjects_to(&self, address: &str) -> Vec<String> {
        let to_address = self
            .letters()
            .into_iter()
            .filter(|letter| letter.to == address);
        let mut subjects: Vec<String> = to_address.map(|letter| letter.subject).collect();
        subjects.sort();
        subjects
    }

    /// The only message that arrived.
    #[track_caller]
    pub fn letter(&self) -> Letter {
        let mut letters = self.letters();
        assert_eq!(letters.len(), 1, "letters");
        letters.remove(0)
    }

    /// The token in the only message that arrived.
    #[track_caller]
    pub fn token(&self) -> Token {
        self.letter().token.expect("a link")
    }
}

impl World {
    /// Sends what is due, and answers the token of the newest link mailed to `address`.
    pub async fn link_mailed_to(&self, address: &str) -> Token {
        self.deliver_all().await;
        let letters = self.parts.mailbox.letters().into_iter().rev();
        let mut to_address = letters.filter(|letter| letter.to == address);
        let tokens = to_address.find_map(|letter| letter.token);
        tokens.expect("a letter with a link to this address")
    }

    /// Sends messages until none is due, and answers how many were due.
    pub async fn deliver_all(&self) -> usize {
        let mut attempts = 0;
        while self.attempts_to_deliver().await {
            attempts += 1;
            assert!(attempts < 1_000, "messages are due again and again");
        }
        attempts
    }
}

fn read(eml: &[u8]) -> Letter {
    let mail = parse_mail(eml).unwrap();
    let header = |name| mail.headers.get_first_value(name).unwrap();
    let text = mail.subparts[0].get_body().unwrap();
    let link = text.split_whitespace().find(|word| word.starts_with(PAGES));
    let token = link.and_then(|link| link.split_once("?token="));
    Letter {
        to: header("To"),
        subject: header("Subject"),
        token: token.map(|(_, token)| Token::parse(token).unwrap()),
    }
}

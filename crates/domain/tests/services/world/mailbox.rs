//! Where messages arrive.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use azuma_domain::ports::Mailer;
use azuma_domain::testing::sample;
use azuma_domain::token::Token;
use azuma_infra::mail::{MailFiles, MailSettings};
use mailparse::{MailHeaderMap, parse_mail};
use tempfile::TempDir;

use super::World;

const LINK: &str = "https://azuma.test/verify?token=";

/// The folder that `MailFiles` writes into.
#[derive(Clone)]
pub struct Mailbox(Arc<TempDir>);

/// A message that arrived.
pub struct Letter {
    pub to: String,
    pub subject: String,
    pub token: Token,
}

impl Mailbox {
    pub fn new() -> Self {
        Self(Arc::new(TempDir::new().unwrap()))
    }

    pub fn mailer(&self) -> Arc<dyn Mailer> {
        let from = sample::email("azuma@azuma.test");
        let settings = MailSettings::new(
            "azumaneo",
            &from,
            None,
            LINK.strip_suffix("?token=").unwrap(),
        );
        Arc::new(MailFiles::new(self.0.path().to_owned(), settings.unwrap()).unwrap())
    }

    /// All that arrived; within a second of the clock, in no particular order.
    pub fn letters(&self) -> Vec<Letter> {
        let files = fs::read_dir(self.0.path()).unwrap();
        let mut paths: Vec<PathBuf> = files.map(|file| file.unwrap().path()).collect();
        paths.sort();
        paths
            .iter()
            .map(|path| read(&fs::read(path).unwrap()))
            .collect()
    }

    /// The only one that arrived.
    #[track_caller]
    pub fn letter(&self) -> Letter {
        let mut letters = self.letters();
        assert_eq!(letters.len(), 1, "letters");
        letters.remove(0)
    }
}

impl World {
    /// Sends what is due, and answers the link of the message to `address`, the newest if there are several.
    pub async fn link_mailed_to(&self, address: &str) -> Token {
        self.deliver_all().await;
        let letters = self.parts.mailbox.letters().into_iter().rev();
        let mut to_address = letters.filter(|letter| letter.to == address);
        to_address.next().expect("a letter to this address").token
    }

    /// Sends until nothing is due, and answers how many messages were.
    pub async fn deliver_all(&self) -> usize {
        let mut attempts = 0;
        while self.attempts_to_deliver().await {
            attempts += 1;
        }
        attempts
    }
}

fn read(eml: &[u8]) -> Letter {
    let mail = parse_mail(eml).unwrap();
    let header = |name| mail.headers.get_first_value(name).unwrap();
    let text = mail.subparts[0].get_body().unwrap();
    let (_, rest) = text.split_once(LINK).expect("a link");
    Letter {
        to: header("To"),
        subject: header("Subject"),
        token: Token::parse(rest.split_whitespace().next().unwrap()).unwrap(),
    }
}

//! The mails a server has written to files.

use std::fs;
use std::path::{Path, PathBuf};

use mailparse::{MailHeaderMap, ParsedMail};

use crate::deadline::Deadline;

/// How many seconds a mail may take. A mail that was being sent when its server was killed waits for its lease to end.
const PATIENCE: u64 = 40;

/// A directory of `.eml` files.
#[derive(Debug)]
pub struct Mailbox {
    directory: PathBuf,
}

/// One mail, as its recipient sees it.
#[derive(Clone, Debug)]
pub struct Mail {
    /// The address it is for.
    pub to: String,
    /// The address it comes from.
    pub from: String,
    /// What tells it from other mails, however often it comes.
    pub message_id: String,
    /// Its subject.
    pub subject: String,
    /// Its text, decoded; all parts of it.
    pub text: String,
}

impl Mailbox {
    /// The mails in a directory, which need not exist yet.
    pub fn in_directory(directory: PathBuf) -> Self {
        Self { directory }
    }

    /// Waits for the first mail to an address.
    #[track_caller]
    pub fn first_to(&self, address: &str) -> impl Future<Output = Mail> {
        self.nth_to(address, 1)
    }

    /// Waits until `count` mails to an address have come and returns the newest of them.
    #[track_caller]
    pub fn nth_to(&self, address: &str, count: usize) -> impl Future<Output = Mail> {
        let caller = std::panic::Location::caller();
        async move {
            let deadline = Deadline::in_seconds(PATIENCE);
            loop {
                let mails = self.to(address);
                if mails.len() >= count
                    && let Some(newest) = mails.last()
                {
                    return newest.clone();
                }
                assert!(
                    !deadline.is_over(),
                    "{caller}: {} mails to {address} came, not {count}",
                    mails.len()
                );
                deadline.step().await;
            }
        }
    }

    /// The mails to an address that have come by now, oldest first.
    pub fn to(&self, address: &str) -> Vec<Mail> {
        let mut mails = self.all();
        mails.retain(|mail| mail.to == address);
        mails
    }

    /// All mails that have come by now, oldest first.
    pub fn all(&self) -> Vec<Mail> {
        let mut found: Vec<_> = fs::read_dir(&self.directory)
            .into_iter()
            .flatten()
            .flatten()
            .filter_map(|entry| {
                let written = entry.metadata().ok()?.modified().ok()?;
                Some((written, read(&entry.path())?))
            })
            .collect();
        found.sort_by_key(|(written, _)| *written);
        found.into_iter().map(|(_, mail)| mail).collect()
    }
}

impl Mail {
    /// The link that carries a token.
    #[track_caller]
    pub fn link(&self) -> String {
        let is_end = |c: char| c.is_whitespace() || "\"'<>".contains(c);
        self.text
            .split(is_end)
            .find(|word| word.contains("?token=") && word.starts_with("http"))
            .unwrap_or_else(|| panic!("no link in: {}", self.text))
            .to_owned()
    }

    /// The token in the link.
    #[track_caller]
    pub fn token(&self) -> String {
        let link = self.link();
        let (_, token) = link.split_once("?token=").unwrap_or_default();
        assert!(!token.is_empty(), "no token in {link}");
        token.to_owned()
    }
}

/// A complete mail; a file that is being written is none yet.
fn read(path: &Path) -> Option<Mail> {
    if path.extension()? != "eml" {
        return None;
    }
    parse(&fs::read(path).ok()?)
}

/// A complete mail.
pub(crate) fn parse(bytes: &[u8]) -> Option<Mail> {
    let mail = mailparse::parse_mail(bytes).ok()?;
    let mut text = String::new();
    collect_text(&mail, &mut text)?;
    (!text.trim().is_empty()).then_some(Mail {
        to: address(&mail, "To")?,
        from: address(&mail, "From")?,
        message_id: mail
            .headers
            .get_first_value("Message-ID")
            .unwrap_or_default(),
        subject: mail.headers.get_first_value("Subject")?,
        text,
    })
}

fn collect_text(part: &ParsedMail<'_>, text: &mut String) -> Option<()> {
    if part.subparts.is_empty() {
        text.push_str(&part.get_body().ok()?);
        text.push('\n');
    }
    part.subparts
        .iter()
        .try_for_each(|part| collect_text(part, text))
}

fn address(mail: &ParsedMail<'_>, header: &str) -> Option<String> {
    let addresses = mailparse::addrparse_header(mail.headers.get_first_header(header)?).ok()?;
    Some(addresses.extract_single_info()?.addr)
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn reads_a_quoted_printable_mail() {
        let mail = parse(
            b"From: Azuma <azuma@localhost>\r\nTo: john@example.org\r\nSubject: Welcome\r\n\
              Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n\
              Click http://127.0.0.1:8080/verify?token=3Dab=\r\ncd to go on.\r\n",
        )
        .unwrap();
        assert_eq!(mail.to, "john@example.org");
        assert_eq!(mail.from, "azuma@localhost");
        assert_eq!(mail.link(), "http://127.0.0.1:8080/verify?token=abcd");
        assert_eq!(mail.token(), "abcd");
    }

    #[test]
    fn reads_a_base64_mail_with_two_parts() {
        let mail = parse(
            b"From: azuma@localhost\r\nTo: <john@example.org>\r\nSubject: Welcome\r\n\
              Content-Type: multipart/alternative; boundary=x\r\n\r\n\
              --x\r\nContent-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n\r\n\
              aHR0cDovL2EudGVzdC92ZXJpZnk/dG9rZW49cQ==\r\n\
              --x\r\nContent-Type: text/html\r\n\r\n<a href=\"http://a.test/verify?token=q\">x</a>\r\n--x--\r\n",
        )
        .unwrap();
        assert_eq!(mail.link(), "http://a.test/verify?token=q");
    }

    #[test]
    fn a_mail_without_a_body_is_not_there_yet() {
        assert!(parse(b"From: a@localhost\r\nTo: b@localhost\r\nSubject: x\r\n").is_none());
    }
}

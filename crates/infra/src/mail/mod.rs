//! Mails: their texts, and two ways to deliver them, by SMTP or into files.
//!
//! A mailer (`smtp`, `files`) is given an `OutgoingMail` and the token of its link. `message::write` makes a lettre
//! `Message` of them: `settings` makes the link, `templates` make the texts. The mailer hands the message over.
//!
//! | module | holds |
//! |---|---|
//! | `smtp`, `smtp_url`, `limited_stream` | a mail server, its URL, and a connection with a limit of bytes read |
//! | `files` | mails as files |
//! | `message` | a mail in the format of RFC 5322 |
//! | `settings`, `sender` | the instance's name, sender and pages |
//! | `templates`, `texts` | the texts of mails, and the values in them |

mod files;
mod limited_stream;
mod message;
mod sender;
mod settings;
mod smtp;
mod smtp_url;
mod templates;
#[cfg(test)]
mod tests;
mod texts;

pub use files::{MailFiles, MailFolderError};
pub use sender::{InvalidSender, Sender};
pub use settings::{InstanceName, InvalidInstanceName, LinkPages, MailSettings};
pub use smtp::{Authorities, NoCertificate, SmtpMailer, SmtpSetupError, SmtpTimeouts};
pub use smtp_url::{InvalidSmtpUrl, SmtpUrl};
pub use templates::{InvalidTemplates, Templates};

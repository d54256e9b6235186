//! Mails: their texts, and two mailers, which deliver them by SMTP or write them into files.
//!
//! A mailer (`smtp`, `files`) gets an `OutgoingMail` and the token of its link. `message::write` turns them into a
//! `Message` of lettre, with the link from `settings` and the texts from `templates`. The mailer delivers the message.
//!
//! | module | holds |
//! |---|---|
//! | `smtp`, `smtp_url`, `limited_stream` | SMTP, the URL of a mail server, and a limit of bytes read |
//! | `files` | mails as files |
//! | `message` | a mail in the format of RFC 5322 |
//! | `settings`, `sender` | the instance's name, its sender, and the pages that links lead to |
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

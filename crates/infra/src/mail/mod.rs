//! Messages: their text, and two ways out, by SMTP or into files.
//!
//! A mailer (`smtp`, `files`) is given an `OutgoingMail` and the token of its link. `message::write` makes a lettre
//! `Message` of them: `settings` makes the link, `templates` make the texts. The mailer hands the message over.
//!
//! | module | holds |
//! |---|---|
//! | `smtp`, `smtp_url`, `bounded` | a mail server, its URL, and a connection that reads no more than it must |
//! | `files` | messages as files |
//! | `message` | a message as it goes over the wire |
//! | `settings`, `sender` | what messages say of the instance |
//! | `templates`, `texts` | what they say, and the facts in it |

mod bounded;
mod files;
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
pub use smtp::{Authorities, NoCertificate, SmtpMailer, SmtpPatience, SmtpSetupError};
pub use smtp_url::{InvalidSmtpUrl, SmtpUrl};
pub use templates::{InvalidTemplates, Templates};

//! Messages: their text, and two ways out, by SMTP or into files.

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

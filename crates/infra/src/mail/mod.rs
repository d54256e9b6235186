//! Messages: their text, and two ways out, by SMTP or into files.

mod bounded;
mod files;
mod message;
mod settings;
mod smtp;
mod smtp_url;
mod templates;
#[cfg(test)]
mod tests;
mod texts;

pub use files::{MailFiles, MailFolderError};
pub use settings::{InvalidMailSettings, LinkPages, MailSettings};
pub use smtp::{SmtpMailer, SmtpPatience, SmtpSetupError};
pub use smtp_url::InvalidSmtpUrl;
pub use templates::{InvalidTemplates, Templates};

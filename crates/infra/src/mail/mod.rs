//! Messages: their text, and two ways out, by SMTP or into files.

mod files;
mod message;
mod settings;
mod smtp;
mod smtp_url;
#[cfg(test)]
mod tests;
mod texts;

pub use files::{MailFiles, MailFolderError};
pub use settings::{InvalidMailSettings, MailSettings};
pub use smtp::{SmtpMailer, SmtpSetupError};
pub use smtp_url::InvalidSmtpUrl;

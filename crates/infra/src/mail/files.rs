//! Messages as files, for an instance without a mail server.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use azuma_domain::mail::{OutgoingMail, ReadyMail};
use azuma_domain::ports::{Accepted, BoxFuture, Mailer, SendError};
use time::OffsetDateTime;
use time::format_description::FormatItem;
use time::macros::format_description;
use tokio::time::timeout;

use super::message;
use super::settings::MailSettings;
use crate::private_folder::make_private_folder;

const SECOND: &[FormatItem<'_>] = format_description!("[year][month][day]T[hour][minute][second]Z");

/// How long a file may take. One that comes later is the same file.
const PATIENCE: Duration = Duration::from_secs(5);

/// The folder for messages cannot be made.
#[derive(Debug, thiserror::Error)]
#[error("the mail folder {} cannot be made: {source}", folder.display())]
pub struct MailFolderError {
    folder: PathBuf,
    source: io::Error,
}

/// Writes each message into a file `{when}-{mail id}.eml`, mode 0600, for somebody to look at or pass on.
///
/// Names sort by the time the message was written, and a message sent again replaces its file.
#[derive(Debug)]
pub struct MailFiles {
    folder: PathBuf,
    settings: MailSettings,
}

impl MailFiles {
    /// A mailer that writes into this folder, `data/mail` by default; makes it (mode 0700) if it is not there.
    ///
    /// # Errors
    /// [`MailFolderError`] when it cannot be made.
    pub fn new(folder: PathBuf, settings: MailSettings) -> Result<Self, MailFolderError> {
        match make_private_folder(&folder) {
            Ok(()) => Ok(Self { folder, settings }),
            Err(source) => Err(MailFolderError { folder, source }),
        }
    }
}

impl Mailer for MailFiles {
    fn send(&self, mail: ReadyMail) -> BoxFuture<'_, Result<Accepted, SendError>> {
        Box::pin(async move {
            let message = message::write(&self.settings, &mail)?.formatted();
            let path = self.folder.join(file_name(&mail.mail));
            let words = format!("written to {}", path.display());
            let folder = self.folder.clone();
            let written = tokio::task::spawn_blocking(move || put(&folder, &path, &message));
            timeout(PATIENCE, written)
                .await
                .unwrap_or_else(|late| Ok(Err(late.into())))
                .unwrap_or_else(|stopped| Err(io::Error::other(stopped)))
                .map(|()| Accepted { words })
                .map_err(|error| {
                    let folder = self.folder.display();
                    SendError::Transient(format!("no file could be written to {folder}: {error}"))
                })
        })
    }

    fn patience(&self) -> Duration {
        PATIENCE
    }
}

fn file_name(mail: &OutgoingMail) -> String {
    let written = OffsetDateTime::from(mail.created_at)
        .format(SECOND)
        .unwrap_or_default();
    format!("{written}-{}.eml", mail.id)
}

/// Writes the file whole and gives it its name, both durably.
fn put(folder: &Path, path: &Path, content: &[u8]) -> io::Result<()> {
    // Somebody may have cleared everything away.
    make_private_folder(folder)?;
    // Made with mode 0600.
    let mut file = tempfile::Builder::new()
        .prefix(".unfinished-")
        .tempfile_in(folder)?;
    file.write_all(content)?;
    file.as_file().sync_all()?;
    file.persist(path)?;
    File::open(folder)?.sync_all()
}

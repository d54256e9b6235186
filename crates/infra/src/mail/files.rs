//! Mails as files, for an instance without a mail server.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use azuma_domain::Timestamp;
use azuma_domain::mail::OutgoingMail;
use azuma_domain::ports::{Accepted, BoxFuture, Mailer, SendError};
use azuma_domain::token::Token;
use time::format_description::FormatItem;
use time::macros::format_description;
use time::{OffsetDateTime, PrimitiveDateTime};
use tokio::time::timeout;
use uuid::Uuid;

use super::message;
use super::settings::MailSettings;
use crate::directory::make_private_folder;

const SECOND: &[FormatItem<'_>] = format_description!("[year][month][day]T[hour][minute][second]Z");

/// The prefix of the file's name until the file is complete.
const UNFINISHED: &str = ".unfinished-";

/// The timeout for writing one file. A retry replaces the same file.
const WRITE_TIMEOUT: Duration = Duration::from_secs(5);

/// The mail folder cannot be created.
#[derive(Debug, thiserror::Error)]
#[error("cannot create the mail directory {}: {source}", folder.display())]
pub struct MailFolderError {
    folder: PathBuf,
    source: io::Error,
}

/// Writes each mail into a file `{time}-{mail id}.eml` with mode 0600, which an operator can read or pass on.
///
/// The names sort by the time of the mail. A mail that is sent again replaces its file.
#[derive(Debug)]
pub struct MailFiles {
    folder: PathBuf,
    settings: MailSettings,
    /// Held while a file is written or deleted, so that a file that was just replaced is not deleted as an old one.
    writing: Arc<Mutex<()>>,
}

impl MailFiles {
    /// A mailer that writes into this folder. Creates the folder (mode 0700) if it does not exist.
    ///
    /// # Errors
    /// [`MailFolderError`] if the folder cannot be created.
    pub fn new(folder: PathBuf, settings: MailSettings) -> Result<Self, MailFolderError> {
        match make_private_folder(&folder) {
            Ok(()) => Ok(Self {
                folder,
                settings,
                writing: Arc::default(),
            }),
            Err(source) => Err(MailFolderError { folder, source }),
        }
    }
}

impl Mailer for MailFiles {
    fn send(
        &self,
        mail: OutgoingMail,
        token: Option<Token>,
    ) -> BoxFuture<'_, Result<Accepted, SendError>> {
        Box::pin(async move {
            let message = message::write(&self.settings, &mail, token.as_ref())?.formatted();
            let path = self.folder.join(file_name(&mail));
            let words = format!("written to {}", path.display());
            let folder = self.folder.clone();
            let writing = Arc::clone(&self.writing);
            let written = tokio::task::spawn_blocking(move || {
                let _turn = turn(&writing);
                put(&folder, &path, &message)
            });
            timeout(WRITE_TIMEOUT, written)
                .await
                .unwrap_or_else(|late| Ok(Err(late.into())))
                .unwrap_or_else(|stopped| Err(io::Error::other(stopped)))
                .map(|()| Accepted { response: words })
                .map_err(|error| {
                    let folder = self.folder.display();
                    SendError::Transient(format!("cannot write a file to {folder}: {error}"))
                })
        })
    }

    fn discard(&self, until: Timestamp) -> BoxFuture<'_, io::Result<usize>> {
        Box::pin(async move {
            let (folder, writing) = (self.folder.clone(), Arc::clone(&self.writing));
            let until = UNIX_EPOCH + Timestamp::from_micros(0).until(until);
            tokio::task::spawn_blocking(move || discard(&folder, until, &writing))
                .await
                .unwrap_or_else(|stopped| Err(io::Error::other(stopped)))
        })
    }

    fn timeout(&self) -> Duration {
        WRITE_TIMEOUT
    }
}

fn file_name(mail: &OutgoingMail) -> String {
    let written = OffsetDateTime::from(mail.created_at)
        .format(SECOND)
        .unwrap_or_default();
    format!("{written}-{}.eml", mail.id)
}

/// Locks the folder. The lock guards no value, so a panic while it was held does not matter.
fn turn(writing: &Mutex<()>) -> MutexGuard<'_, ()> {
    writing.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Deletes the mails last written at `until` or before, and unfinished files of that age.
fn discard(folder: &Path, until: SystemTime, writing: &Mutex<()>) -> io::Result<usize> {
    let mut discarded = 0;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if !entry.file_name().to_str().is_some_and(is_ours) {
            continue;
        }
        let _turn = turn(writing);
        // Another process may have removed the file.
        let Ok(metadata) = entry.metadata() else {
            continue;
        };
        if metadata.is_file() && metadata.modified()? <= until {
            fs::remove_file(entry.path())?;
            discarded += 1;
        }
    }
    Ok(discarded)
}

/// Whether a file with this name is a mail or an unfinished mail.
fn is_ours(name: &str) -> bool {
    let is_message = || {
        let (written, id) = name.strip_suffix(".eml")?.split_once('-')?;
        let id = Uuid::try_parse(id).ok()?;
        let known = PrimitiveDateTime::parse(written, SECOND).is_ok()
            && name == format!("{written}-{id}.eml");
        known.then_some(())
    };
    name.starts_with(UNFINISHED) || is_message().is_some()
}

/// Writes a temporary file and renames it, so that no reader sees half a mail. The file and its name survive a crash of
/// the machine.
fn put(folder: &Path, path: &Path, content: &[u8]) -> io::Result<()> {
    // The folder may have been removed since the start.
    make_private_folder(folder)?;
    // `tempfile` creates files with mode 0600.
    let mut file = tempfile::Builder::new()
        .prefix(UNFINISHED)
        .tempfile_in(folder)?;
    file.write_all(content)?;
    file.as_file().sync_all()?;
    file.persist(path)?;
    File::open(folder)?.sync_all()
}

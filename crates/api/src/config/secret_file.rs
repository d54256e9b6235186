//! Secrets that a file of their own holds.

use std::fs::{self, File};
use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use toml::Value;
use zeroize::Zeroizing;

/// A larger file, in bytes, holds none of these secrets.
const MAX_BYTES: u64 = 16 * 1024;

/// A setting that is a secret, and the setting that names a file of it.
pub(super) struct Secret {
    pub(super) key: &'static str,
    pub(super) file_key: &'static str,
    form: Form,
}

/// How a file holds a secret.
#[derive(Clone, Copy)]
enum Form {
    /// One line.
    Line,
    /// Any number of lines, each an item of a list.
    Lines,
}

/// Every setting that a file can hold.
pub(super) const SECRETS: [Secret; 5] = [
    Secret {
        key: "secret_key",
        file_key: "secret_key_file",
        form: Form::Line,
    },
    Secret {
        key: "previous_secret_keys",
        file_key: "previous_secret_keys_file",
        form: Form::Lines,
    },
    Secret {
        key: "database.url",
        file_key: "database.url_file",
        form: Form::Line,
    },
    Secret {
        key: "database.migrate_url",
        file_key: "database.migrate_url_file",
        form: Form::Line,
    },
    Secret {
        key: "mail.url",
        file_key: "mail.url_file",
        form: Form::Line,
    },
];

impl Secret {
    /// Reads the value of the setting from a file. An error is the end of a sentence, and shows nothing of the file.
    pub(super) fn read(&self, path: &Path) -> Result<Value, String> {
        let name = path.display();
        let text = text_of(path).map_err(|problem| format!("names {name}, which {problem}"))?;
        match self.form {
            Form::Line => {
                let line = text.strip_suffix('\n').unwrap_or(&text);
                let line = line.strip_suffix('\r').unwrap_or(line);
                match (line.trim().is_empty(), line.contains('\n')) {
                    (true, _) => Err(format!("names {name}, which is empty")),
                    (false, true) => Err(format!("names {name}, which has more than one line")),
                    (false, false) => Ok(Value::String(line.to_owned())),
                }
            }
            Form::Lines => {
                let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
                let items = lines.map(|line| Value::String(line.to_owned()));
                Ok(Value::Array(items.collect()))
            }
        }
    }

    /// The value of the setting while a file holds it.
    pub(super) fn nothing(&self) -> Value {
        match self.form {
            Form::Line => Value::String(String::new()),
            Form::Lines => Value::Array(Vec::new()),
        }
    }
}

fn text_of(path: &Path) -> Result<Zeroizing<String>, String> {
    let unreadable = |error| format!("cannot be read: {error}");
    // Opening a pipe waits for who writes to it.
    match fs::metadata(path).map_err(unreadable)? {
        folder if folder.is_dir() => return Err("is a directory".to_owned()),
        file if !file.is_file() => return Err("is not a regular file".to_owned()),
        _ => {}
    }
    let file = File::open(path).map_err(unreadable)?;
    let mut bytes = Zeroizing::new(Vec::new());
    let read = file.take(MAX_BYTES + 1).read_to_end(&mut bytes);
    if u64::try_from(read.map_err(unreadable)?).unwrap_or(u64::MAX) > MAX_BYTES {
        return Err(format!("is larger than {MAX_BYTES} bytes"));
    }
    let text = str::from_utf8(&bytes).map_err(|_| "is not UTF-8".to_owned())?;
    Ok(Zeroizing::new(text.to_owned()))
}

/// Whether every user of this machine may read a file. The group may: who manages the file has chosen it.
pub(super) fn is_open_to_everybody(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|metadata| metadata.permissions().mode() & 0o004 != 0)
}

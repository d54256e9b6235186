//! The errors of a configuration. The text of each is one sentence.

use std::fmt;
use std::io;
use std::path::PathBuf;

/// Where a setting comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// `config/default.toml`, as compiled in.
    Defaults,
    /// The file given with `--config`.
    File(PathBuf),
    /// The environment variable of this name.
    Variable(String),
    /// The file of a secret, which another setting names.
    SecretFile(PathBuf),
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Defaults => f.write_str("the defaults"),
            Self::File(path) | Self::SecretFile(path) => path.display().fmt(f),
            Self::Variable(name) => write!(f, "environment variable {name}"),
        }
    }
}

/// Why a configuration is invalid. The text is one sentence that says what to change; it never shows a secret.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("{path}: cannot read the configuration: {error}", path = path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The error of the operating system.
        error: io::Error,
    },
    /// The file is not TOML.
    #[error("{place}, line {line}, column {column}: {problem}")]
    Syntax {
        /// The file.
        place: Source,
        /// The line, counted from 1.
        line: usize,
        /// The column in characters, counted from 1.
        column: usize,
        /// The parser's message, without the text of the file.
        problem: String,
    },
    /// The key does not exist.
    #[error("{place}: unknown key `{key}`; the nearest known key is `{nearest}`")]
    UnknownKey {
        /// The source of the value.
        place: Source,
        /// The key with its sections, such as `http.listen`.
        key: String,
        /// The most similar known key or section.
        nearest: String,
    },
    /// The environment variable is not a setting.
    #[error("unknown environment variable {name}; {}", advice(nearest.as_deref()))]
    UnknownVariable {
        /// Its name.
        name: String,
        /// The most similar known variable, if one is similar.
        nearest: Option<String>,
    },
    /// The value of an environment variable is not UTF-8.
    #[error("environment variable {name} must be UTF-8")]
    NotUnicode {
        /// Its name.
        name: String,
    },
    /// A value has the wrong type or is not allowed for its key.
    #[error("{place}: `{key}` {problem}")]
    BadValue {
        /// The source of the value.
        place: Source,
        /// The key with its sections, such as `http.listen`.
        key: String,
        /// What the value must be.
        problem: String,
    },
    /// A secret is set, and so is the file of it.
    #[error(
        "`{key}` ({place}) and `{file_key}` ({file_place}) are both set: remove one of them, or set it to nothing"
    )]
    SetTwice {
        /// The secret.
        key: String,
        /// The source of the secret.
        place: Source,
        /// The setting that names its file.
        file_key: String,
        /// The source of that setting.
        file_place: Source,
    },
    /// Values that are valid by themselves contradict each other.
    #[error("{0}")]
    Contradiction(String),
}

fn advice(nearest: Option<&str>) -> String {
    match nearest {
        Some(nearest) => format!("the nearest known one is {nearest}"),
        None => "a variable that begins with AZUMA_ must be a setting; unset it, then `azuma config` prints \
                 all settings"
            .to_owned(),
    }
}

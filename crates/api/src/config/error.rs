//! Why a configuration is refused, in one sentence each.

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
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Defaults => f.write_str("the defaults"),
            Self::File(path) => path.display().fmt(f),
            Self::Variable(name) => write!(f, "environment variable {name}"),
        }
    }
}

/// Why a configuration is refused. Its text is one sentence that says what to change; it shows no secret.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("{path}: cannot read the configuration: {error}", path = path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
    },
    /// The file is not TOML.
    #[error("{place}, line {line}, column {column}: {problem}")]
    Syntax {
        /// The file.
        place: Source,
        /// Counted from 1.
        line: usize,
        /// In characters, counted from 1.
        column: usize,
        /// What the parser found.
        problem: String,
    },
    /// No such key.
    #[error("{place}: unknown key `{key}`; the nearest known key is `{nearest}`")]
    UnknownKey {
        /// Where it stands.
        place: Source,
        /// The key, with the sections it is in.
        key: String,
        /// The known key, or section, that is most like it.
        nearest: String,
    },
    /// No such environment variable.
    #[error("unknown environment variable {name}; {}", advice(nearest.as_deref()))]
    UnknownVariable {
        /// Its name.
        name: String,
        /// The known variable that is most like it, if one is.
        nearest: Option<String>,
    },
    /// An environment variable is not text.
    #[error("environment variable {name} must be UTF-8")]
    NotUnicode {
        /// Its name.
        name: String,
    },
    /// A value has a wrong type, or is outside of what its key allows.
    #[error("{place}: `{key}` {problem}")]
    BadValue {
        /// Where it stands.
        place: Source,
        /// The key, with the sections it is in.
        key: String,
        /// What it must be.
        problem: String,
    },
    /// Values that are allowed by themselves do not go together.
    #[error("{0}")]
    Contradiction(String),
}

fn advice(nearest: Option<&str>) -> String {
    match nearest {
        Some(nearest) => format!("the nearest known one is {nearest}"),
        None => "each that begins with AZUMA_ is a setting, and `azuma config` without it prints \
                 those there are"
            .to_owned(),
    }
}

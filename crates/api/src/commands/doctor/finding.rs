//! What a check has found.

use std::fmt;

use serde::Serialize;

use crate::commands::output::shown;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// As it should be.
    Ok,
    /// It works, and should be changed.
    Warning,
    /// It does not work.
    Error,
}

/// What was looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Subject {
    Configuration,
    Secrets,
    Database,
    Migrations,
    Connections,
    Clock,
    Key,
    Disk,
    Mail,
    Proxy,
    Tls,
}

/// One line of the doctor.
#[derive(Debug, Serialize)]
pub struct Finding {
    level: Level,
    subject: Subject,
    /// What is the case.
    found: String,
    /// What to do about it.
    advice: Option<String>,
}

impl Finding {
    pub fn ok(subject: Subject, found: impl Into<String>) -> Self {
        Self {
            level: Level::Ok,
            subject,
            found: found.into(),
            advice: None,
        }
    }

    pub fn warning(subject: Subject, found: impl Into<String>, advice: impl Into<String>) -> Self {
        Self {
            level: Level::Warning,
            advice: Some(advice.into()),
            ..Self::ok(subject, found)
        }
    }

    pub fn error(subject: Subject, found: impl Into<String>, advice: impl Into<String>) -> Self {
        Self {
            level: Level::Error,
            advice: Some(advice.into()),
            ..Self::ok(subject, found)
        }
    }

    pub fn is_error(&self) -> bool {
        self.level == Level::Error
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let level = match self.level {
            Level::Ok => "ok",
            Level::Warning => "warning",
            Level::Error => "error",
        };
        let subject = match self.subject {
            Subject::Configuration => "configuration",
            Subject::Secrets => "secrets",
            Subject::Database => "database",
            Subject::Migrations => "migrations",
            Subject::Connections => "connections",
            Subject::Clock => "clock",
            Subject::Key => "key",
            Subject::Disk => "disk",
            Subject::Mail => "mail",
            Subject::Proxy => "proxy",
            Subject::Tls => "tls",
        };
        write!(f, "{level:<7}  {subject:<13}  {}", shown(&self.found))?;
        match &self.advice {
            Some(advice) => write!(f, " -> {}", shown(advice)),
            None => Ok(()),
        }
    }
}

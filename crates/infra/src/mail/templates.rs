//! The templates of messages: built in, and a directory over them.
//!
//! A message's text is the template `{kind}.{language}.txt`. Its first line is the subject, after `Subject:`; the rest is
//! the plain part. The HTML part is `{kind}.{language}.html` where there is one, else `message.html`, which is given the
//! paragraphs of the plain part.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::{fs, io};

use azuma_domain::link::LinkId;
use azuma_domain::mail::{Language, MailKind};
use minijinja::{Environment, HtmlEscape, UndefinedBehavior, Value, context};
use uuid::Uuid;

use super::settings::InstanceName;
use super::texts::{MailedLink, Texts, facts};

/// The longest subject, in characters.
const MAX_SUBJECT_CHARS: usize = 300;
const HTML_OF_ALL: &str = "message.html";

macro_rules! built_in {
    ($($name:literal)*) => {
        [$(($name, include_str!(concat!("../../templates/", $name)))),*]
    };
}
const BUILT_IN: [(&str, &str); 15] = built_in! {
    "message.html"
    "verify_account.en.txt" "verify_account.de.txt"
    "confirm_email.en.txt" "confirm_email.de.txt"
    "reset_password.en.txt" "reset_password.de.txt"
    "email_change_requested.en.txt" "email_change_requested.de.txt"
    "email_changed.en.txt" "email_changed.de.txt"
    "password_changed.en.txt" "password_changed.de.txt"
    "test.en.txt" "test.de.txt"
};

/// The directory of templates cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum InvalidTemplates {
    /// It, or a file in it, cannot be read.
    #[error("the mail template {} cannot be read: {source}", path.display())]
    Unreadable {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file in it is no template.
    #[error(
        "{} is no mail template; there are message.html and {{kind}}.{{language}}.txt or .html, such as reset_password.en.txt",
        .0.display()
    )]
    UnknownFile(PathBuf),
    /// A template makes no message.
    #[error("the mail template {name} {problem}")]
    Broken {
        /// Its file's name.
        name: String,
        /// What is wrong with it.
        problem: String,
    },
}

/// The templates of every message, each of which was tried.
#[derive(Clone, Debug)]
pub struct Templates {
    sources: BTreeMap<String, Cow<'static, str>>,
    environment: Environment<'static>,
}

impl Templates {
    /// Those that are part of the binary.
    #[must_use]
    pub fn built_in() -> Self {
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        let sources = BUILT_IN.map(|(name, source)| (name.to_owned(), Cow::Borrowed(source)));
        Self {
            sources: sources.into(),
            environment,
        }
    }

    /// The files of a directory, and those that are part of the binary where it has none. Each
    /// message of the instance of this name is written once to see that it can be. Hidden files are passed over.
    ///
    /// # Errors
    /// [`InvalidTemplates`] names the file.
    pub fn in_directory(
        directory: &Path,
        instance: &InstanceName,
    ) -> Result<Self, InvalidTemplates> {
        let mut templates = Self::built_in();
        let unreadable = |path: &Path, source| InvalidTemplates::Unreadable {
            path: path.to_owned(),
            source,
        };
        let entries = fs::read_dir(directory).map_err(|error| unreadable(directory, error))?;
        for entry in entries {
            let path = entry.map_err(|error| unreadable(directory, error))?.path();
            let name = path.file_name().and_then(OsStr::to_str).unwrap_or_default();
            // What the system or an editor keeps beside files.
            if name.starts_with('.') {
                continue;
            }
            if !is_known(name) {
                return Err(InvalidTemplates::UnknownFile(path));
            }
            let source = fs::read_to_string(&path).map_err(|error| unreadable(&path, error))?;
            // A file written on Windows is as good.
            let source = source.replace("\r\n", "\n");
            templates.sources.insert(name.to_owned(), source.into());
        }
        templates.try_all(instance)?;
        Ok(templates)
    }

    /// Writes a message's texts.
    ///
    /// # Errors
    /// [`InvalidTemplates::Broken`].
    pub(super) fn write(
        &self,
        kind: MailKind,
        language: Language,
        instance: &InstanceName,
        link: Option<&MailedLink>,
    ) -> Result<Texts, InvalidTemplates> {
        let stem = format!("{}.{}", kind.name(), language.tag());
        let facts = facts(language, instance, link);
        let text_name = format!("{stem}.txt");
        let text = self.render(&text_name, facts.clone())?;
        let broken = |problem: &str| broken(&text_name, problem);
        let (subject, plain) = text.split_once('\n').unwrap_or((&text, ""));
        let subject = subject
            .strip_prefix("Subject:")
            .ok_or_else(|| broken("must begin with a line `Subject: ...`"))?
            .trim();
        if subject.is_empty() || subject.chars().count() > MAX_SUBJECT_CHARS {
            return Err(broken("must have a subject of 1 to 300 characters"));
        }
        // Whatever a header's line ends with is one.
        if subject.contains(char::is_control) {
            return Err(broken("has a control character in its subject"));
        }
        let plain = plain.trim();
        let own_html = format!("{stem}.html");
        let html_name = match self.sources.contains_key(&own_html) {
            true => own_html.as_str(),
            false => HTML_OF_ALL,
        };
        let paragraphs: Vec<String> = plain.split("\n\n").map(|it| it.trim().to_owned()).collect();
        let html = self.render(
            html_name,
            context! { subject => subject.to_owned(), paragraphs, ..facts },
        )?;
        if let Some(MailedLink { url: link, .. }) = link {
            let escaped = HtmlEscape(link).to_string();
            if !plain.contains(link) {
                return Err(broken("does not show the link"));
            }
            if !html.contains(link) && !html.contains(&escaped) {
                return Err(self::broken(html_name, "does not show the link"));
            }
        }
        Ok(Texts {
            subject: subject.to_owned(),
            plain: plain.to_owned(),
            html,
        })
    }

    fn render(&self, name: &str, facts: Value) -> Result<String, InvalidTemplates> {
        let source = self.sources.get(name).map_or("", |source| source);
        self.environment
            .render_named_str(name, source, facts)
            // The error's own words, on one line; its debug form would show the facts, the link among them.
            .map_err(|error| broken(name, &format!("cannot be used: {error}")))
    }

    fn try_all(&self, instance: &InstanceName) -> Result<(), InvalidTemplates> {
        let sample = MailedLink::sample();
        for kind in MailKind::all(LinkId::new(Uuid::nil())) {
            let link = kind.link().map(|_| &sample);
            for language in Language::ALL {
                self.write(kind, language, instance, link)?;
            }
        }
        Ok(())
    }
}

fn broken(name: &str, problem: &str) -> InvalidTemplates {
    InvalidTemplates::Broken {
        name: name.to_owned(),
        problem: problem.to_owned(),
    }
}

/// Whether a file of this name is a template: one that is built in, or the HTML of its own of a message.
fn is_known(file: &str) -> bool {
    let text_of = |html: &str| format!("{html}.txt");
    let is_built_in = |name: &str| BUILT_IN.iter().any(|(known, _)| *known == name);
    is_built_in(file)
        || file
            .strip_suffix(".html")
            .is_some_and(|stem| is_built_in(&text_of(stem)))
}

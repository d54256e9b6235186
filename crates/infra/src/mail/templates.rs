//! The templates of mails: the built-in ones, and a directory that may replace them.
//!
//! The text of a mail is the template `{kind}.{language}.txt`. Its first line is `Subject:` and the subject; the rest
//! is the plain part. The HTML part is the template `{kind}.{language}.html` if there is one, else `message.html`,
//! which gets the paragraphs of the plain part.

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
const BUILT_IN: [(&str, &str); 17] = built_in! {
    "message.html"
    "verify_account.en.txt" "verify_account.de.txt"
    "confirm_email.en.txt" "confirm_email.de.txt"
    "reset_password.en.txt" "reset_password.de.txt"
    "email_change_requested.en.txt" "email_change_requested.de.txt"
    "email_changed.en.txt" "email_changed.de.txt"
    "password_changed.en.txt" "password_changed.de.txt"
    "new_login.en.txt" "new_login.de.txt"
    "test.en.txt" "test.de.txt"
};

/// The templates cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum InvalidTemplates {
    /// The directory or a file in it cannot be read.
    #[error("cannot read {}: {source}", path.display())]
    Unreadable {
        /// The directory or file.
        path: PathBuf,
        /// The reason.
        source: io::Error,
    },
    /// A file in the directory is not a template.
    #[error(
        "{} is not the name of a mail template: the names are message.html, {{kind}}.{{language}}.txt and \
         {{kind}}.{{language}}.html, such as reset_password.en.txt",
        .0.display()
    )]
    UnknownFile(PathBuf),
    /// A template cannot be rendered to a mail.
    #[error("the mail template {name} {problem}")]
    Broken {
        /// The template's file name.
        name: String,
        /// What is wrong with the template.
        problem: String,
    },
}

/// The templates of all mails. Each has been rendered once without an error.
#[derive(Clone, Debug)]
pub struct Templates {
    sources: BTreeMap<String, Cow<'static, str>>,
    environment: Environment<'static>,
}

impl Templates {
    /// The built-in templates.
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

    /// The templates of a directory, and the built-in ones that the directory does not replace. Each mail is rendered
    /// once with this instance's name, to find errors at start. Hidden files are skipped.
    ///
    /// # Errors
    /// [`InvalidTemplates`] names the file that is unreadable or wrong.
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
            // The operating system or an editor may create hidden files.
            if name.starts_with('.') {
                continue;
            }
            if !is_known(name) {
                return Err(InvalidTemplates::UnknownFile(path));
            }
            let source = fs::read_to_string(&path).map_err(|error| unreadable(&path, error))?;
            let source = source.replace("\r\n", "\n");
            templates.sources.insert(name.to_owned(), source.into());
        }
        templates.try_all(instance)?;
        Ok(templates)
    }

    /// Renders the texts of a mail.
    ///
    /// # Errors
    /// [`InvalidTemplates::Broken`] if a template fails or its subject is invalid.
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
        // A control character could end the header line.
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
            // The error's debug form would show the values, among them the link.
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

/// Whether a file of this name is a template: a built-in one, or the HTML part of a mail.
fn is_known(file: &str) -> bool {
    let text_of = |html: &str| format!("{html}.txt");
    let is_built_in = |name: &str| BUILT_IN.iter().any(|(known, _)| *known == name);
    is_built_in(file)
        || file
            .strip_suffix(".html")
            .is_some_and(|stem| is_built_in(&text_of(stem)))
}

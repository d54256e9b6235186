//! What messages say of the instance.

use azuma_domain::mail::MailKind;
use azuma_domain::token::Token;
use azuma_domain::user::EmailAddress;
use lettre::Address;
use lettre::message::Mailbox;

use super::templates::Templates;

/// The longest name of an instance in messages, in characters.
const MAX_NAME_CHARS: usize = 128;

/// Who sends messages and where their links lead. None of it can hold what would end a header's line.
#[derive(Clone, Debug)]
pub struct MailSettings {
    instance_name: String,
    from: Mailbox,
    pages: LinkPages,
    templates: Templates,
}

/// The pages that links lead to; `?token=...` is added to each.
#[derive(Clone, Debug)]
pub struct LinkPages {
    /// Where an address is proved (`registration.verification_url`).
    pub verification: String,
    /// Where a new password is set (`recovery.reset_url`).
    pub reset: String,
}

/// The settings cannot make a message; the words name the key.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum InvalidMailSettings {
    /// The instance's name is empty, too long, or holds a line break or another control character.
    #[error(
        "`instance.name` must be 1 to {MAX_NAME_CHARS} characters, none of them a control character"
    )]
    InstanceName,
    /// The sender's address is one that mail servers do not take, or its name holds a control character.
    #[error("`mail.from` is nobody that a message can come from")]
    From,
    /// A page is not an address on the web, or takes no query.
    #[error(
        "`{0}` must start with http:// or https:// and be of ASCII characters without spaces, quotes and any of `?&<>`"
    )]
    Page(&'static str),
}

impl MailSettings {
    /// Settings for both mailers: `instance.name`, the address and name of `mail.from`, the pages of links, and the
    /// templates. A sender without a name is shown with the instance's.
    ///
    /// # Errors
    /// [`InvalidMailSettings`] names the first that cannot be used.
    pub fn new(
        instance_name: &str,
        from: &EmailAddress,
        from_name: Option<&str>,
        pages: LinkPages,
        templates: Templates,
    ) -> Result<Self, InvalidMailSettings> {
        let name_fits = (1..=MAX_NAME_CHARS).contains(&instance_name.chars().count());
        if !name_fits || instance_name.contains(char::is_control) {
            return Err(InvalidMailSettings::InstanceName);
        }
        let from_name = from_name.unwrap_or(instance_name);
        if from_name.contains(char::is_control) {
            return Err(InvalidMailSettings::From);
        }
        let address: Address = from
            .as_str()
            .parse()
            .map_err(|_| InvalidMailSettings::From)?;
        for (key, page) in [
            ("registration.verification_url", &pages.verification),
            ("recovery.reset_url", &pages.reset),
        ] {
            if !is_page(page) {
                return Err(InvalidMailSettings::Page(key));
            }
        }
        Ok(Self {
            instance_name: instance_name.to_owned(),
            from: Mailbox::new(Some(from_name.to_owned()), address),
            pages,
            templates,
        })
    }

    pub(super) fn instance_name(&self) -> &str {
        &self.instance_name
    }

    pub(super) fn from(&self) -> &Mailbox {
        &self.from
    }

    pub(super) fn templates(&self) -> &Templates {
        &self.templates
    }

    /// The link that a message carries; `None` for one that carries none.
    pub(super) fn link(&self, kind: MailKind, token: Option<&Token>) -> Option<String> {
        let page = match kind {
            MailKind::VerifyAccount(_) | MailKind::ConfirmEmail(_) => &self.pages.verification,
            MailKind::ResetPassword(_) => &self.pages.reset,
            MailKind::EmailChangeRequested
            | MailKind::EmailChanged
            | MailKind::PasswordChanged
            | MailKind::Test => return None,
        };
        Some(format!("{page}?token={}", token?.expose()))
    }
}

/// Nothing in it needs escaping in HTML.
fn is_page(url: &str) -> bool {
    let on_the_web = ["http://", "https://"]
        .iter()
        .any(|scheme| url.starts_with(scheme));
    let unfit = |c: char| !c.is_ascii_graphic() || "?&\"'<>".contains(c);
    on_the_web && !url.contains(unfit)
}

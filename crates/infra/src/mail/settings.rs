//! What messages say of the instance.

use azuma_domain::user::EmailAddress;
use lettre::Address;
use lettre::message::Mailbox;

/// The longest name of an instance in messages, in characters.
const MAX_NAME_CHARS: usize = 128;

/// Who sends messages and where their links lead. None of it can hold what would end a header's line.
#[derive(Clone, Debug)]
pub struct MailSettings {
    instance_name: String,
    from: Mailbox,
    verification_url: String,
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
    /// The verification page is not an address on the web.
    #[error(
        "`registration.verification_url` must start with http:// or https:// and be of ASCII characters without spaces"
    )]
    VerificationUrl,
}

impl MailSettings {
    /// Settings for both mailers: `instance.name`, the address and name of `mail.from`, and
    /// `registration.verification_url`. A sender without a name is shown with the instance's.
    ///
    /// # Errors
    /// [`InvalidMailSettings`] names the first that cannot be used.
    pub fn new(
        instance_name: &str,
        from: &EmailAddress,
        from_name: Option<&str>,
        verification_url: &str,
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
        let on_the_web = ["http://", "https://"]
            .iter()
            .any(|scheme| verification_url.starts_with(scheme));
        if !on_the_web || !verification_url.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(InvalidMailSettings::VerificationUrl);
        }
        Ok(Self {
            instance_name: instance_name.to_owned(),
            from: Mailbox::new(Some(from_name.to_owned()), address),
            verification_url: verification_url.to_owned(),
        })
    }

    pub(super) fn instance_name(&self) -> &str {
        &self.instance_name
    }

    pub(super) fn from(&self) -> &Mailbox {
        &self.from
    }

    /// The link that carries this token.
    pub(super) fn link(&self, token: &str) -> String {
        let url = &self.verification_url;
        let separator = if url.contains('?') { '&' } else { '?' };
        format!("{url}{separator}token={token}")
    }
}

//! What is changed of a user.

use serde::Serialize;

/// What to change of a user; the rest stays. It cannot be printed, as it may hold passwords.
#[derive(Clone, Default, Serialize)]
pub struct Update {
    #[serde(skip_serializing_if = "Option::is_none")]
    current_password: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    password: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    icon: Option<Option<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<Option<String>>,
}

impl Update {
    /// Nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Gives the current password, which `passwords.require_current` asks for.
    #[must_use]
    pub fn current_password(mut self, password: &str) -> Self {
        self.current_password = Some(password.to_owned());
        self
    }

    /// Sets the name.
    #[must_use]
    pub fn name(mut self, name: &str) -> Self {
        self.name = Some(name.to_owned());
        self
    }

    /// Sets the password, which ends every other session of the user.
    #[must_use]
    pub fn password(mut self, password: &str) -> Self {
        self.password = Some(password.to_owned());
        self
    }

    /// Sets the e-mail address, once the link that is mailed to it was followed.
    #[must_use]
    pub fn email(mut self, email: &str) -> Self {
        self.email = Some(email.to_owned());
        self
    }

    /// Sets the icon, or clears it.
    #[must_use]
    pub fn icon(mut self, icon: Option<&str>) -> Self {
        self.icon = Some(icon.map(str::to_owned));
        self
    }

    /// Sets the status, or clears it.
    #[must_use]
    pub fn status(mut self, status: Option<&str>) -> Self {
        self.status = Some(status.map(str::to_owned));
        self
    }
}

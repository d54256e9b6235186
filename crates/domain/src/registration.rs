//! Who may register.

use std::str::FromStr;

use crate::user::EmailAddress;

/// The rules for registering.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RegistrationRules {
    /// Who may register.
    pub mode: RegistrationMode,
    /// Where the address of a new account must be.
    pub email_domains: EmailDomains,
    /// Whether a new account must prove an address before it can be used, whichever API it is registered with.
    pub email_proof: EmailProof,
}

impl RegistrationRules {
    /// Whether a registration needs an address, even with an API whose document knows none.
    #[must_use]
    pub fn ask_for_email(&self) -> bool {
        self.email_proof == EmailProof::Required || self.email_domains.are_named()
    }

    /// Whether somebody may register with an address that is only claimed, although addresses must be at certain
    /// domains.
    #[must_use]
    pub fn believe_claims(&self) -> bool {
        self.email_proof == EmailProof::AsTheApiSays && self.email_domains.are_named()
    }
}

/// Who may register.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RegistrationMode {
    /// Everybody.
    #[default]
    Open,
    /// Whoever has an invitation.
    Invite,
    /// Nobody.
    Closed,
}

/// The text is no mode of registration.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("expected `open`, `invite` or `closed`")]
pub struct UnknownRegistrationMode;

impl FromStr for RegistrationMode {
    type Err = UnknownRegistrationMode;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "open" => Ok(Self::Open),
            "invite" => Ok(Self::Invite),
            "closed" => Ok(Self::Closed),
            _ => Err(UnknownRegistrationMode),
        }
    }
}

impl std::fmt::Display for RegistrationMode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Open => "open",
            Self::Invite => "invite",
            Self::Closed => "closed",
        })
    }
}

/// Whether a new account must prove an address before it can be used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum EmailProof {
    /// Each API does as its document says.
    #[default]
    AsTheApiSays,
    /// Every new account waits until its address is verified.
    Required,
}

/// The domains at which addresses of new accounts must be. None: any domain will do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EmailDomains(Vec<String>);

/// The text is no domain of an e-mail address.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("not the domain of an e-mail address")]
pub struct InvalidEmailDomain;

impl EmailDomains {
    /// Parses domains such as `example.org`; `bücher.example` is the same as `xn--bcher-kva.example`.
    ///
    /// # Errors
    /// [`InvalidEmailDomain`] if one of them is no domain.
    pub fn parse<'a>(
        domains: impl IntoIterator<Item = &'a str>,
    ) -> Result<Self, InvalidEmailDomain> {
        let domain = |text: &str| {
            let address = EmailAddress::parse(&format!("somebody@{text}"));
            let address = address.map_err(|_| InvalidEmailDomain)?;
            Ok(domain_of(&address).to_owned())
        };
        domains
            .into_iter()
            .map(domain)
            .collect::<Result<_, _>>()
            .map(Self)
    }

    fn are_named(&self) -> bool {
        !self.0.is_empty()
    }

    /// Whether an account may have this address, or none.
    #[must_use]
    pub fn admit(&self, email: Option<&EmailAddress>) -> bool {
        !self.are_named()
            || email.is_some_and(|email| self.0.iter().any(|domain| domain == domain_of(email)))
    }

    /// The domains.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }
}

/// The domain of an address, in A-labels and lower case.
fn domain_of(email: &EmailAddress) -> &str {
    let address = email.normalized();
    address.rsplit_once('@').map_or("", |(_, domain)| domain)
}

#[cfg(test)]
mod tests {
    use super::EmailDomains;
    use crate::user::EmailAddress;

    fn admits(domains: &[&str], email: Option<&str>) -> bool {
        let domains = EmailDomains::parse(domains.iter().copied()).ok();
        let email = email.and_then(|text| EmailAddress::parse(text).ok());
        domains.is_some_and(|domains| domains.admit(email.as_ref()))
    }

    #[test]
    fn without_domains_any_address_will_do_or_none() {
        assert!(admits(&[], Some("neo@example.org")));
        assert!(admits(&[], None));
    }

    #[test]
    fn with_domains_an_address_at_one_of_them_is_needed() {
        let domains = ["example.org", "Bücher.example"];
        for email in ["neo@EXAMPLE.org", "neo@bücher.example"] {
            assert!(admits(&domains, Some(email)), "{email}");
        }
        for email in [
            "neo@sub.example.org",
            "neo@example.org.evil.example",
            "neo@evilexample.org",
        ] {
            assert!(!admits(&domains, Some(email)), "{email}");
        }
        assert!(!admits(&domains, None));
    }

    #[test]
    fn what_is_no_domain_is_refused() {
        for domain in ["", "@example.org", "example .org", "a@example.org"] {
            assert!(EmailDomains::parse([domain]).is_err(), "{domain:?}");
        }
    }
}

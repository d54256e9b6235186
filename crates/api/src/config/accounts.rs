//! The rules for accounts: `registration`, `recovery` and `passwords`.

use std::time::Duration;

use azuma_domain::registration::{EmailDomains, EmailProof, RegistrationMode, RegistrationRules};
use azuma_domain::user::{CurrentPasswordRule, PasswordRules};
use azuma_infra::hashing::Argon2Settings;
use azuma_infra::web::PageUrl;
use serde::{Deserialize, Serialize};

use super::email_domains;
use super::parsed::{secret, shown};
use super::range::{DAY, MINUTE, Span, whole};
use super::sections::or_cores;

/// `registration`: who may register, and the verification of accounts and addresses.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Registration {
    /// Who may register.
    #[serde(with = "shown")]
    pub mode: RegistrationMode,
    /// The domains at which addresses of new accounts must be.
    #[serde(with = "email_domains")]
    pub email_domains: EmailDomains,
    /// Whether every new account must prove an address.
    pub require_proved_email: bool,
    /// How long an account waits for verification, and how long the link works.
    #[serde(with = "Span::<1, { 30 * DAY }>")]
    pub lifetime: Duration,
    /// The page that verifies an address.
    #[serde(with = "secret")]
    pub verification_url: PageUrl,
}

impl Registration {
    /// The rules for registering.
    #[must_use]
    pub fn rules(&self) -> RegistrationRules {
        RegistrationRules {
            mode: self.mode,
            email_domains: self.email_domains.clone(),
            email_proof: match self.require_proved_email {
                true => EmailProof::Required,
                false => EmailProof::AsTheApiSays,
            },
        }
    }
}

/// `recovery`: the recovery of accounts with a lost password.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Recovery {
    /// How long a link that sets a new password works.
    #[serde(with = "Span::<MINUTE, DAY>")]
    pub lifetime: Duration,
    /// The page that sets a new password.
    #[serde(with = "secret")]
    pub reset_url: PageUrl,
}

/// `passwords`: the rules for passwords, and the cost of a hash.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Passwords {
    /// The fewest characters of a new password.
    #[serde(deserialize_with = "whole::<1, 128, _, _>")]
    pub min_length: usize,
    /// Whether common passwords, and the user's own name and address, are refused as new passwords.
    pub blocklist: bool,
    /// Whether changes of an account need its current password.
    pub require_current: bool,
    /// The memory of a hash, in KiB.
    #[serde(
        deserialize_with = "whole::<{ Argon2Settings::MIN_MEMORY_KIB }, { Argon2Settings::MAX_MEMORY_KIB }, _, _>"
    )]
    pub memory_kib: u32,
    /// The number of passes over the memory.
    #[serde(deserialize_with = "whole::<1, { Argon2Settings::MAX_ITERATIONS }, _, _>")]
    pub iterations: u32,
    /// The number of lanes of a hash.
    #[serde(deserialize_with = "whole::<1, { Argon2Settings::MAX_PARALLELISM }, _, _>")]
    pub parallelism: u32,
    /// The number of threads that hash passwords; 0 means one for each core.
    #[serde(deserialize_with = "whole::<0, { Argon2Settings::MAX_THREADS }, _, _>")]
    pub threads: usize,
}

impl Passwords {
    /// The rules for a new password.
    #[must_use]
    pub fn rules(&self) -> PasswordRules {
        PasswordRules {
            min_length: self.min_length,
        }
    }

    /// Whether changes of an account need its current password.
    #[must_use]
    pub fn current_password_rule(&self) -> CurrentPasswordRule {
        match self.require_current {
            true => CurrentPasswordRule::Required,
            false => CurrentPasswordRule::NotAsked,
        }
    }

    /// The parameters of the password hash.
    #[must_use]
    pub fn hashing(&self) -> Argon2Settings {
        Argon2Settings {
            memory_kib: self.memory_kib,
            iterations: self.iterations,
            parallelism: self.parallelism,
            threads: or_cores(self.threads),
        }
    }
}

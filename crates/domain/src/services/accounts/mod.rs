//! Registers, verifies, changes, recovers and deletes accounts.

mod address_names;
mod admin;
mod admission;
mod blocklist;
mod current_password;
mod delete_user;
mod disown_link;
mod draft_mail;
mod email_change;
mod export_account;
mod find_user;
mod follow_link;
mod invite_admin;
mod list_events;
mod live_caller;
mod recover_account;
mod register;
mod request_account;
mod reset_password;
mod second_factor;
mod update_user;

use std::sync::Arc;
use std::time::Duration;

pub(super) use address_names::expect_nobodys_address;
pub use admin::{
    AccountAdmin, AccountAdminError, AccountDetails, AccountFilter, AccountList,
    CreateAccountError, CredentialAdmin, EmailStanding, GeneratedPassword, SetPasswordError,
    StateFilter, WantedAccount,
};
pub use blocklist::{PasswordBlocklist, PasswordGuessable};
pub use current_password::CurrentPasswordError;
pub use delete_user::DeleteUserError;
pub use disown_link::Disowned;
pub use export_account::StoredBesides;
pub use find_user::FindUserError;
pub use follow_link::{FollowLinkError, Followed, LinkPreview};
pub use invite_admin::{InviteAdmin, InviteAdminError, InviteKey};
pub use list_events::EventPage;
pub use recover_account::{RecoverAccountError, Recovery, RecoveryProgress};
pub use register::{RegisterError, Registered, Registration};
pub use request_account::AccountRequest;
pub use reset_password::ResetPasswordError;
pub use second_factor::{FactorError, FactorStatus};
pub use update_user::{UpdateUserError, UserUpdate};

use super::{Doorkeeper, SessionIssuer};
use crate::ports::{Clock, Entropy, PasswordHasher, SessionCheck, Store};
use crate::registration::RegistrationRules;
use crate::token::TokenKeys;
use crate::user::{CurrentPasswordRule, PasswordRules};

/// The use cases of accounts. One value serves all requests at once; a clone may have other rules.
#[derive(Clone)]
pub struct Accounts {
    /// Keeps accounts, links and messages.
    pub store: Arc<dyn Store>,
    /// Invalidates the cached sessions of a user.
    pub session_check: Arc<dyn SessionCheck>,
    /// Hashes new passwords.
    pub hasher: Arc<dyn PasswordHasher>,
    /// Limits attempts and logs security events.
    pub doorkeeper: Doorkeeper,
    /// Makes the session that a registration begins with.
    pub issuer: SessionIssuer,
    /// Derives the tokens of mailed links.
    pub keys: TokenKeys,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// Makes ids and substitute names.
    pub entropy: Arc<dyn Entropy>,
    /// The rules for registering.
    pub registration: RegistrationRules,
    /// The rules for new passwords.
    pub password_rules: PasswordRules,
    /// The new passwords that are refused although they follow the rules.
    pub blocklist: PasswordBlocklist,
    /// Whether changes need the current password.
    pub current_password: CurrentPasswordRule,
    /// How long a new account waits for verification, and how long links work that prove an address.
    pub registration_lifetime: Duration,
    /// How long a link works that sets a new password.
    pub recovery_lifetime: Duration,
}

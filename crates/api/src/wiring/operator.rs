//! What commands need of the services, beside a server or without one.

use std::error::Error;
use std::sync::Arc;

use azuma_domain::ports::Store;
use azuma_domain::services::{
    AccountAdmin, AuditAdmin, CredentialAdmin, InviteAdmin, OutboxAdmin, ServiceAdmin,
    SessionAdmin, TestMail,
};
use azuma_infra::clock::SystemClock;
use azuma_infra::entropy::SystemEntropy;
use azuma_infra::hashing::{Argon2Hasher, Argon2Settings};
use azuma_infra::store::is_up_to_date;

use super::mail::mailer;
use super::{NOT_UP_TO_DATE, blocklist, open_store};
use crate::config::Config;

/// Sends test messages without the database.
pub fn test_mail(config: &Config) -> Result<TestMail, Box<dyn Error>> {
    Ok(TestMail {
        mailer: mailer(config)?,
        clock: Arc::new(SystemClock),
        entropy: Arc::new(SystemEntropy::open()?),
    })
}

/// The operator's access to the outbox.
pub fn outbox_admin(config: &Config) -> Result<OutboxAdmin, Box<dyn Error>> {
    let store = store_beside_a_server(config)?;
    Ok(OutboxAdmin::new(store, Arc::new(SystemClock)))
}

/// The operator's access to accounts.
pub fn account_admin(config: &Config) -> Result<AccountAdmin, Box<dyn Error>> {
    let store = store_beside_a_server(config)?;
    Ok(AccountAdmin::new(store, Arc::new(SystemClock)))
}

/// The operator's access to what makes credentials. It hashes one password at a time.
pub fn credential_admin(config: &Config) -> Result<CredentialAdmin, Box<dyn Error>> {
    let hashing = Argon2Settings {
        threads: 1,
        ..config.passwords.hashing()
    };
    Ok(CredentialAdmin {
        store: store_beside_a_server(config)?,
        hasher: Arc::new(Argon2Hasher::start(hashing)?),
        clock: Arc::new(SystemClock),
        entropy: Arc::new(SystemEntropy::open()?),
        password_rules: config.passwords.rules(),
        blocklist: blocklist(config),
        email_domains: config.registration.rules().email_domains,
    })
}

/// The operator's access to invitations.
pub fn invite_admin(config: &Config) -> Result<InviteAdmin, Box<dyn Error>> {
    let store = store_beside_a_server(config)?;
    let entropy = Arc::new(SystemEntropy::open()?);
    Ok(InviteAdmin::new(store, Arc::new(SystemClock), entropy))
}

/// The operator's access to services.
pub fn service_admin(config: &Config) -> Result<ServiceAdmin, Box<dyn Error>> {
    let store = store_beside_a_server(config)?;
    let entropy = Arc::new(SystemEntropy::open()?);
    Ok(ServiceAdmin::new(store, Arc::new(SystemClock), entropy))
}

/// The operator's access to the audit trail.
pub fn audit_admin(config: &Config) -> Result<AuditAdmin, Box<dyn Error>> {
    let store = store_beside_a_server(config)?;
    Ok(AuditAdmin::new(store, Arc::new(SystemClock)))
}

/// The operator's access to sessions.
pub fn session_admin(config: &Config) -> Result<SessionAdmin, Box<dyn Error>> {
    let store = store_beside_a_server(config)?;
    let lifetimes = config.sessions.lifetimes();
    Ok(SessionAdmin::new(store, Arc::new(SystemClock), lifetimes))
}

/// Opens the store without migrating it, because a server of this or the previous version may be running.
pub(super) fn store_beside_a_server(config: &Config) -> Result<Arc<dyn Store>, Box<dyn Error>> {
    if !is_up_to_date(&config.database.url)? {
        return Err(NOT_UP_TO_DATE.into());
    }
    Ok(Arc::new(open_store(config)?))
}

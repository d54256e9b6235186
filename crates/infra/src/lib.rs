//! Implementations of the domain's ports: databases, Argon2, SMTP, files, the clock.
//!
//! | module | holds |
//! |---|---|
//! | [`abuse_guard`] | rate limits in memory |
//! | [`backup`] | backups of an SQLite database, and what is restored from them |
//! | [`clock`], [`entropy`] | the machine's time and randomness |
//! | [`common_passwords`] | the passwords that are guessed first |
//! | [`durations`] | durations that are counted |
//! | [`hashing`] | password hashing on threads of its own |
//! | [`mail`] | mails: their texts, SMTP, files |
//! | [`secret_key_file`] | the key that tokens are derived from |
//! | [`security_log`] | security events in the log |
//! | [`session_cache`] | the session check that answers from memory |
//! | [`store`] | the databases |
//! | [`user_sources`] | users of other systems, to be imported |
//! | [`web`] | the URLs of this server and of the pages that links in mails lead to |

pub mod abuse_guard;
pub mod backup;
pub mod clock;
pub mod common_passwords;
mod directory;
pub mod durations;
pub mod entropy;
pub mod hashing;
pub mod mail;
pub mod secret_key_file;
pub mod security_log;
pub mod session_cache;
pub mod store;
pub mod user_sources;
pub mod web;

/// The text that is shown instead of a secret.
pub const MASK: &str = "********";

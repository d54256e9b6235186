//! The domain's ports on real things: databases, Argon2, SMTP, files, the clock.
//!
//! | module | holds |
//! |---|---|
//! | [`abuse_guard`] | the guard against those who try too much, in memory |
//! | [`clock`], [`entropy`] | the machine's time and randomness |
//! | [`hashing`] | passwords, on threads of their own |
//! | [`mail`] | messages: their text, SMTP, files |
//! | [`secret_key_file`] | the key that tokens are derived with |
//! | [`security_log`] | what matters for the security of accounts, in the log |
//! | [`session_cache`] | who is asking, from memory |
//! | [`store`] | the databases |
//! | [`web`] | this server's own URL, and those of the pages that mailed links lead to |

pub mod abuse_guard;
pub mod clock;
pub mod entropy;
pub mod hashing;
pub mod mail;
mod monotonic;
mod private_folder;
pub mod secret_key_file;
pub mod security_log;
pub mod session_cache;
pub mod store;
pub mod web;

/// What is shown in place of a secret.
pub const MASK: &str = "********";

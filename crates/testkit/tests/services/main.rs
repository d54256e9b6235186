//! The use cases on SQLite in memory: what the contract promises, seen by whoever calls the services.
//!
//! Time moves by the fake clock alone, and passwords are hashed with the cheapest parameters.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that meets the unexpected stops where it stands"
)]

mod delete_user;
mod deliver_mail;
mod disown_link;
mod find_user;
mod guard;
mod key_rotation;
mod known_clients;
mod list_sessions;
mod login;
mod login_races;
mod mail_limits;
mod outbox_admin;
mod recover_account;
mod register;
mod request_account;
mod reset_password;
mod revoke_session;
mod rotating;
mod security_log;
mod sessions_per_user;
mod sliding;
mod sweep;
mod sweep_clock;
mod update_email;
mod update_user;
mod waiting;
mod world;

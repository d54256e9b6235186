//! The rules of the use cases, tested through the services on SQLite in memory.
//!
//! Only the fake clock moves time, and passwords are hashed with the cheapest parameters. What the database must keep
//! is tested in `store_contract`, not here.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that meets the unexpected stops where it stands"
)]

mod absolute;
mod audit;
mod blocklist;
mod current_password;
mod delete_user;
mod deliver_mail;
mod disable_account;
mod disown_link;
mod guard;
mod health;
mod key_admin;
mod key_rotation;
mod known_clients;
mod list_sessions;
mod login;
mod login_by_email;
mod login_races;
mod mail_limits;
mod new_login;
mod operator;
mod outbox_admin;
mod recover_account;
mod register;
mod registration_rules;
mod request_account;
mod reset_password;
mod restore;
mod revoke_session;
mod rotating;
mod second_factor;
mod security_log;
mod sessions_per_user;
mod sliding;
mod sweep;
mod sweep_clock;
mod update_email;
mod update_user;
mod user_import;
mod waiting;
mod world;

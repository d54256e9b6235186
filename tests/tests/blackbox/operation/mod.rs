//! What an operator relies on.

mod access_log;
mod audit;
mod blocklist;
mod cli;
mod current_password;
mod disabled_accounts;
mod durability;
mod first_start;
mod guessing;
mod health;
mod logs;
mod metrics;
mod misconfiguration;
mod new_login;
mod operator;
mod outage;
mod proxies;
mod registration;
mod second_factor;
mod security_log;
mod session_memory;
mod theft;
mod tls;
mod traces;
mod two_nodes;
mod unwritten_uses;

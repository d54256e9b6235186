//! `azuma user`, `azuma session` and `azuma key`, beside a running server.

mod accounts;
pub mod keys;
mod manual;
mod names;
mod output;
mod passwords;
mod sessions;

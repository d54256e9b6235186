//! `azuma user` and `azuma session`, beside a running server.

mod accounts;
mod manual;
mod names;
mod output;
mod passwords;
mod sessions;

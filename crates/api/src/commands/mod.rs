//! What the binary can be asked to do.

pub mod config;
pub mod mail;
pub mod migrate;
pub mod serve;

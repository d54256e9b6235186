//! What the binary can be asked to do.

pub mod config;
pub mod migrate;
pub mod serve;

//! The dialect under `/account`.

mod authentication;
mod recovery;
mod recovery_timing;
mod registration;
mod tokens;

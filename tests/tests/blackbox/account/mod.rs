//! The dialect under `/account`.

mod authentication;
mod deletion;
mod pending;
mod recovery;
mod recovery_timing;
mod registration;
mod tokens;
mod verification;

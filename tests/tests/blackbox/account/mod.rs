//! The dialect under `/account`.

mod authentication;
mod deletion;
mod pending;
mod registration;
mod tokens;
mod verification;

//! The HTTP APIs: three for users, and one for services. A dialect's folder holds its routes, its DTOs and its error responses.

pub mod account;
pub mod azuma;
#[cfg(test)]
mod fuzz;
pub mod legacy;
pub mod service;

//! The three HTTP APIs. A dialect's folder holds it whole: its routes, its wire types, its wording of refusals.

pub mod account;
pub mod azuma;
pub mod legacy;

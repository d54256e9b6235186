//! The three HTTP APIs. A dialect's folder holds it whole: its routes, its wire types, its wording of refusals.
//!
//! What each promises is `docs/api/contract.md`; the seeds that it rests on are `docs/api/seeds/`. `CONTRIBUTING.md` says how to
//! add one.

pub mod account;
pub mod azuma;
pub mod legacy;

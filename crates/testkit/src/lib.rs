//! For tests of the domain: a clock and ids that are the same in every run, and sample values.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::missing_panics_doc,
    clippy::must_use_candidate,
    reason = "a test that meets the unexpected stops where it stands"
)]

mod clock;
mod entropy;
mod race;
pub mod sample;

pub use clock::FakeClock;
pub use entropy::FakeEntropy;
pub use race::{all, both};

//! Accounts, sessions and tokens, and the rules between them.
//!
//! The crate has no database, no HTTP and no runtime. It reaches the outside world through the traits in [`ports`], which
//! `azuma-infra` implements.
//!
//! | module | holds |
//! |---|---|
//! | [`user`] | a user and its values, each parsed once |
//! | [`session`] | sessions, their policies and their tokens |
//! | [`token`] | tokens, their hashes, and the keys that derive them |
//! | [`link`] | the links that messages carry |
//! | [`mail`] | messages to be sent |
//! | [`recovery`] | requests to recover an account |
//! | [`ports`] | the traits to the outside world, with every MUST for an implementation |
//! | [`services`] | the use cases, by subject, one file each |
//! | [`error_code`] | the reasons for which use cases refuse |

pub mod error_code;
mod id;
pub mod link;
pub mod mail;
pub mod ports;
pub mod recovery;
pub mod services;
pub mod session;
pub mod timestamp;
pub mod token;
pub mod user;

pub use error_code::ErrorCode;
pub use timestamp::Timestamp;

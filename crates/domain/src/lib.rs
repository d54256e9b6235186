//! What Azuma is about: accounts, sessions and tokens, and the rules between them.
//!
//! The crate is pure. It holds no database, no HTTP and no runtime; what it needs of the world it asks
//! through the traits in [`ports`], which `azuma-infra` implements.
//!
//! | module | holds |
//! |---|---|
//! | [`user`] | a user and the values it is made of, each parsed once |
//! | [`session`] | sessions, the policies they live under, the generations of their tokens |
//! | [`token`] | tokens, their hashes, and the keys they are derived with |
//! | [`link`] | the links that mails carry |
//! | [`mail`] | messages on their way out |
//! | [`recovery`] | requests to recover an account |
//! | [`ports`] | what the domain asks of the world, with every MUST an implementation keeps |
//! | [`services`] | the use cases, one file each |
//! | [`error_code`] | why a use case refuses |

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

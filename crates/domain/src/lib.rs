//! Accounts, sessions and tokens, and the rules for them.
//!
//! The crate has no database, no HTTP and no runtime. It reaches the outside world through the traits in [`ports`],
//! which `azuma-infra` implements.
//!
//! | module | holds |
//! |---|---|
//! | [`user`] | a user and its values, each parsed once |
//! | [`session`] | sessions, their policies and their tokens |
//! | [`token`] | tokens, their hashes, and the keys that derive them |
//! | [`invite`] | invitations to register |
//! | [`service`] | services, which ask whose a session is |
//! | [`audit`] | what happened to accounts, by whom and from where |
//! | [`factor`] | the second factor of a login |
//! | [`link`] | the links that messages carry |
//! | [`mail`] | messages to be sent |
//! | [`recovery`] | requests to recover an account |
//! | [`registration`] | who may register |
//! | [`ports`] | the traits to the outside world, with every MUST for an implementation |
//! | [`services`] | the use cases, by subject, one file each |
//! | [`mutants`] | defects that tests switch on; never in a release |
//! | [`error_code`] | the reasons for which use cases refuse |
//!
//! Values are parsed once, when they arrive. No constructor accepts an invalid value, so no other code checks it again:
//!
//! ```
//! use azuma_domain::token::Token;
//! use azuma_domain::user::{EmailAddress, Password, PasswordRules, UserName};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let name = UserName::parse("Neo")?;
//! assert_eq!(name.as_str(), "Neo");
//! assert_eq!(name.normalized(), "neo", "names are unique in this form");
//! assert!(UserName::parse("two words").is_err());
//!
//! let email = EmailAddress::parse("neo@bücher.example")?;
//! assert_eq!(email.as_str(), "neo@xn--bcher-kva.example");
//!
//! // Any password may be tried at login; a new password must follow the rules of the instance.
//! let rules = PasswordRules { min_length: 12 };
//! assert!(rules.accept(Password::parse("trinity")?).is_err());
//!
//! // A store gets the hash of a token, never the token.
//! let token = Token::parse("318CD399-F47F-478F-8D09-C9C414C3750D")?;
//! assert_eq!(token.expose(), "318cd399-f47f-478f-8d09-c9c414c3750d");
//! assert_eq!(token.hash(), Token::parse(token.expose())?.hash());
//! # Ok(())
//! # }
//! ```

pub mod audit;
pub mod error_code;
pub mod factor;
#[cfg(test)]
mod fuzz;
mod id;
pub mod invite;
pub mod link;
pub mod mail;
pub mod mutants;
pub mod ports;
pub mod recovery;
pub mod registration;
pub mod service;
pub mod services;
pub mod session;
pub mod timestamp;
pub mod token;
pub mod user;

pub use error_code::ErrorCode;
pub use timestamp::Timestamp;

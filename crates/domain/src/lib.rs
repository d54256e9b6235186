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
//!
//! Values are parsed once, on the way in. No constructor lets a bad one through, so nothing behind it looks again:
//!
//! ```
//! use azuma_domain::token::Token;
//! use azuma_domain::user::{EmailAddress, Password, PasswordRules, UserName};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let name = UserName::parse("Neo")?;
//! assert_eq!(name.as_str(), "Neo");
//! assert_eq!(name.key(), "neo", "names are unique by their key");
//! assert!(UserName::parse("two words").is_err());
//!
//! let email = EmailAddress::parse("neo@bücher.example")?;
//! assert_eq!(email.as_str(), "neo@xn--bcher-kva.example");
//!
//! // Any password may be tried; one that is set must keep to the rules of the instance.
//! let rules = PasswordRules { min_length: 12 };
//! assert!(rules.accept(Password::parse("trinity")?).is_err());
//!
//! // A store is given the hash of a token, never the token.
//! let token = Token::parse("318CD399-F47F-478F-8D09-C9C414C3750D")?;
//! assert_eq!(token.expose(), "318cd399-f47f-478f-8d09-c9c414c3750d");
//! assert_eq!(token.hash(), Token::parse(token.expose())?.hash());
//! # Ok(())
//! # }
//! ```

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

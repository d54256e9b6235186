//! A client of [Azuma](https://github.com/azuma-server/azuma) for other services.
//!
//! [`Server`] is a server, with a module for each of its dialects: [`azuma`], [`legacy`], [`account`], and [`service`] for
//! services that have a token of their own.
//!
//! ```no_run
//! use azuma_client::{Server, Session};
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let server = Server::at("https://accounts.example.org")?;
//! let issued = server.azuma().login("neo", "follow the white rabbit").await?;
//! if let Some(token) = issued.token {
//!     let session = Session::new(token);
//!     let user = server.azuma().own_user(&session).await?;
//!     println!("{} has been here since {}", user.name, user.created_at);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! A [`Session`] is what a request is made with. Where an answer brings the session's next token, the session has it from
//! then on, in all requests that share it.
//!
//! # Who is this?
//!
//! A service that is presented with tokens asks [`CachedSessions`]. It answers most questions from memory, in less than a
//! microsecond, and refuses a session that has ended within five seconds, whatever breaks. Where the server cannot be
//! asked and memory is too old, the answer is [`Unavailable`], never yes.
//!
//! ```no_run
//! use azuma_client::{CachedSessions, Server, ServiceToken, State, Token};
//!
//! # async fn example(presented: &str) -> Result<(), Box<dyn std::error::Error>> {
//! // `azuma service create chat` prints the service's token.
//! let token = ServiceToken::parse(std::fs::read_to_string("/run/secrets/azuma")?)?;
//! let service = Server::at("https://accounts.example.org")?.service(token);
//! let sessions = CachedSessions::start(service);
//!
//! // For each request: answer 401 to `None`, and 503 to an error.
//! match sessions.check(&Token::new(presented)).await? {
//!     Some(session) => println!("it is {}", session.user.id),
//!     None => println!("it is nobody"),
//! }
//!
//! // For each socket: it is told when its session ends, and keeps it when the session gets a new token.
//! if let Some(mut watch) = sessions.watch(&Token::new(presented)).await? {
//!     while watch.changed().await != State::Ended {}
//!     println!("goodbye, {}", watch.session().user.id);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! # What is sent again
//!
//! Requests that only read, and checks of tokens, are sent up to three times if they get no answer or a 503. Others are
//! sent again only where that changed nothing: a limit refused them, with `Retry-After`, or they got 401 and the session
//! has got another token since they were sent. All pauses together take 5 s at most ([`Builder::pauses`]). [`Call::once`]
//! sends a request once.

pub mod account;
mod answer;
pub mod azuma;
mod call;
mod error;
mod ids;
pub mod legacy;
mod moment;
#[cfg(test)]
mod scripted;
mod secret;
mod server;
pub mod service;
mod session;
mod sessions;
mod transport;

pub use answer::{Answer, Done};
pub use call::Call;
pub use error::{Code, Conflict, Error, Refusal, SecondFactor};
pub use ids::{SessionId, UserId};
pub use secret::{NoServiceToken, ServiceToken, Token};
pub use server::{Builder, Server, ServerError};
pub use service::{LiveSession, SessionUser};
pub use session::Session;
pub use sessions::{CachedSessions, State, Unavailable, Watch};

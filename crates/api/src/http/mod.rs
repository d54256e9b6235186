//! What the dialects share: reading requests, responses and errors.
//!
//! | module | holds |
//! |---|---|
//! | [`endpoint`] | a path and its methods; other methods get 405 |
//! | [`body`] | reads a body within its size limit and timeout |
//! | [`json`] | writes the answers that are asked for most |
//! | [`malformed`] | why a body has not the form that a route reads |
//! | [`fields`] | the fields that several dialects share |
//! | [`bearer`] | authentication by `Authorization: Bearer` |
//! | [`path_id`] | the `{id}` of a path |
//! | [`origin`] | a request's client address, user agent and language |
//! | [`cookie`] | what the cookies of sessions have in common |
//! | [`cors`] | lets pages of other origins use the APIs |
//! | [`own_site`] | tells the forms of our own pages from those of other sites |
//! | [`forwarded`] | the headers in which proxies name the client |
//! | [`accept`] | whether a client names a media type |
//! | [`api_error`] | turns a use case's error into a dialect's response |
//! | [`problem`] | errors as `application/problem+json` |
//! | [`successor`] | the next token of a session that sends an earlier one |
//! | [`finish`] | what is done to every response last |
//! | [`observe`] | request ids, `Cache-Control`, and the log line of a failure |
//! | `timing` | how long a request takes, for metrics and the access log |

pub mod accept;
pub mod api_error;
pub mod bearer;
pub mod body;
pub mod cookie;
pub mod cors;
pub mod current_password;
pub mod endpoint;
pub mod fields;
pub mod finish;
mod forwarded;
#[cfg(test)]
mod fuzz;
pub mod json;
pub mod malformed;
pub mod observe;
pub mod origin;
pub mod own_site;
pub mod path_id;
pub mod problem;
pub mod successor;
mod timing;

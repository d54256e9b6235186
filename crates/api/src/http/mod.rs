//! What every dialect does alike: reading requests, answering, refusing.
//!
//! | module | holds |
//! |---|---|
//! | [`endpoint`] | a path with its methods; answers 405 to the others |
//! | [`body`] | reading a body within its bounds |
//! | [`fields`] | the fields that several dialects read |
//! | [`bearer`] | who asks, by `Authorization: Bearer` |
//! | [`path_id`] | the `{id}` of a path |
//! | [`origin`] | where a request comes from, and its language |
//! | [`forwarded`] | what proxies write about those they ask for |
//! | [`api_error`] | turning a use case's error into a dialect's answer |
//! | [`observe`] | request ids, caching, and the log line of a failure |

pub mod api_error;
pub mod bearer;
pub mod body;
pub mod endpoint;
pub mod fields;
mod forwarded;
pub mod observe;
pub mod origin;
pub mod path_id;

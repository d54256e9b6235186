//! Malformed bodies and fields, on every route that reads them.

mod emails;
pub mod forms;
mod hostile;
mod malformed;
mod names;
mod passwords;

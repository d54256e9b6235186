//! Sessions and their tokens.

mod read;
mod revoke_least_used;
mod rows;
mod uses;
mod write;

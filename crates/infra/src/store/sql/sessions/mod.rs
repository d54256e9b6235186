//! Sessions and their tokens.

mod read;
mod rows;
mod uses;
mod write;

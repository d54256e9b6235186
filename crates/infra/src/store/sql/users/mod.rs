//! Accounts.

mod read;
mod rows;
mod write;

pub(super) use rows::{USER_COLUMNS, UserRow};

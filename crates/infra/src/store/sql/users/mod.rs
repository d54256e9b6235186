//! Accounts.

mod read;
mod rows;
mod stored;
mod write;

pub(super) use rows::{USER_COLUMNS, UserRow};

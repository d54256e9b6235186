//! The outbox: mails to be sent.

mod read;
mod rows;
mod write;

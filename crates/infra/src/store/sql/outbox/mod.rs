//! Messages on their way out.

mod read;
mod rows;
mod write;

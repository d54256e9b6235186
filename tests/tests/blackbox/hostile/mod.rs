//! What a stranger sends to take from others what the server has to give.

mod text;
mod unreadable;

//! What a stranger sends to take from others what the server has to give.

mod many_sessions;
mod text;
mod unreadable;

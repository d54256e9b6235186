//! What a stranger sends to take from others what the server has to give.

mod bodies;
mod clients;
mod connections;
mod guesses;
mod hashing_queue;
mod mail_bombs;
mod many_sessions;
mod text;
mod unreadable;

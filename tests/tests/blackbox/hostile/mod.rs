//! Clients that try to keep the server from serving others.

mod bodies;
mod clients;
mod connections;
mod guesses;
mod hashing_queue;
mod mail_bombs;
mod many_sessions;
mod text;
mod unreadable;

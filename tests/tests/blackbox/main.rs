//! Azuma as its users and its operators see it: the real binary, over HTTP, on both databases.

mod account;
mod azuma;
mod http;
mod input;
mod legacy;
mod operation;
mod races;
mod seeds;
mod sessions;

//! Azuma as its users and operators see it: the real binary, over HTTP, on both databases.

mod account;
mod azuma;
mod backup;
mod client;
mod copy;
mod deployment;
mod forward_auth;
mod hostile;
mod http;
mod import;
mod input;
mod legacy;
mod mail;
mod operation;
mod pages;
mod races;
mod seeds;
mod service;
mod sessions;

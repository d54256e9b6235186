//! What the black-box tests of Azuma need: databases, the running server, a typed client for each dialect,
//! the mailbox, a dump of everything stored, and faults between a server and its database.
//!
//! Nothing here knows the server's code. Anything unexpected panics, which fails the test.

pub mod acme_server;
pub mod addresses;
pub mod authenticator;
pub mod balancer;
pub mod browser;
pub mod certificates;
pub mod clients;
pub mod clock;
pub mod database;
pub mod deadline;
pub mod disk;
pub mod dump;
pub mod fault;
pub mod litestream;
pub mod locked_file;
pub mod mail;
pub mod mail_server;
pub mod mask;
pub mod moments;
pub mod network;
pub mod nginx;
pub mod people;
pub mod postgres;
mod preloaded;
pub mod process;
pub mod prometheus;
pub mod revocation;
pub mod scratch;
pub mod server;
pub mod service_manager;
pub mod shapes;
pub mod sql;
pub mod sqlite;
pub mod trace_collector;

pub use azuma_testkit_macros::on_both_databases;
pub use database::Database;

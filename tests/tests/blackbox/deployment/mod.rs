//! The surroundings of a server: its log, its limits, the programs beside it.

mod clocks;
mod debian;
mod disks;
mod logs;
mod nginx;
mod open_files;
mod pgbouncer;
mod prometheus;
mod replaced_nodes;
mod revoke_all;
mod service_manager;
mod signals;
mod sqlite_file;
mod start;

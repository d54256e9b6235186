//! What stands around a server: its log, its limits, the programs beside it.

mod logs;
mod sqlite_file;

//! Programs that a deployer runs beside the server.

mod sqlite_file;

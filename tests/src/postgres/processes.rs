//! The processes of a cluster, which work in its data directory.

use std::fs;
use std::path::Path;

/// The ids of all processes that work in a directory.
pub(super) fn working_in(directory: &Path) -> Vec<u32> {
    let entries = fs::read_dir("/proc").unwrap_or_else(|error| panic!("no /proc: {error}"));
    entries
        .flatten()
        .filter_map(|entry| {
            let id = entry.file_name().to_str()?.parse().ok()?;
            let works_in = fs::read_link(entry.path().join("cwd")).ok()?;
            (works_in == directory).then_some(id)
        })
        .collect()
}

//! Host names that one server sees, and that move.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::Write;
use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::Arc;

use crate::scratch;

/// A file that servers see as `/etc/hosts`, each in a mount namespace of its own. It has one name, besides `localhost`.
#[derive(Clone, Debug)]
pub struct Hosts {
    file: Arc<PathBuf>,
    name: &'static str,
}

impl Hosts {
    /// The name is that of this address.
    pub fn new(name: &'static str, address: IpAddr) -> Self {
        let file = Arc::new(scratch::fresh_directory("hosts").join("hosts"));
        fs::write(&*file, "").unwrap_or_else(|error| panic!("cannot write hosts: {error}"));
        let hosts = Self { file, name };
        hosts.point_to(address);
        hosts
    }

    /// The name is that of another address. The file stays the same one, and has the same length, so that nobody reads
    /// half of it.
    pub fn point_to(&self, address: IpAddr) {
        let line = format!("127.0.0.1 localhost\n{address} {}", self.name);
        let written = File::options()
            .write(true)
            .open(&*self.file)
            .and_then(|mut file| file.write_all(format!("{line:<80}\n").as_bytes()));
        written.unwrap_or_else(|error| panic!("cannot write hosts: {error}"));
    }

    /// A command that executes the one after it where the file is mounted.
    pub(super) fn words(&self) -> Vec<OsString> {
        // SAFETY: geteuid has no arguments and cannot fail.
        let is_root = unsafe { libc::geteuid() } == 0;
        let unshare = match is_root {
            true => ["unshare", "--mount"].as_slice(),
            false => &["unshare", "--mount", "--map-root-user"],
        };
        let script = "mount --bind \"$0\" /etc/hosts && exec \"$@\"";
        let mount = ["sh", "-c", script];
        let words = unshare.iter().chain(&mount);
        words
            .map(OsString::from)
            .chain([self.file.as_os_str().to_owned()])
            .collect()
    }
}

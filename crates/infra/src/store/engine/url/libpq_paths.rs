//! Where this machine has the files that libpq looks for. The libpq in this binary was built elsewhere, and would
//! look in the directories of the build machine.

use std::env;
use std::path::Path;

/// Where Debian's Postgres, and most others, have their socket.
const SOCKET_DIRECTORIES: [&str; 2] = ["/var/run/postgresql", "/run/postgresql"];

/// Where distributions keep the authorities that they trust: Debian and Alpine, Fedora, SUSE, and others.
const AUTHORITIES: [&str; 4] = [
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
];

/// The paths that were found.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct LibpqPaths {
    /// The directory of a server's socket, for a URL that names no host. `None` where the environment names a host.
    pub(super) socket_directory: Option<&'static str>,
    /// The file that `sslrootcert=system` stands for. `None` where the environment names one.
    pub(super) authorities: Option<&'static str>,
}

impl LibpqPaths {
    /// The paths of this machine.
    pub(super) fn find() -> Self {
        Self {
            socket_directory: first_there(
                &SOCKET_DIRECTORIES,
                &["PGHOST", "PGHOSTADDR", "PGSERVICE"],
            ),
            authorities: first_there(&AUTHORITIES, &["SSL_CERT_FILE", "SSL_CERT_DIR"]),
        }
    }
}

/// The first path that exists. `None` if one of the environment variables is set: libpq or OpenSSL then uses the
/// variable.
fn first_there(places: &[&'static str], variables: &[&str]) -> Option<&'static str> {
    let is_named = variables.iter().any(|name| env::var_os(name).is_some());
    (places.iter().copied())
        .find(|place| Path::new(place).exists())
        .filter(|_| !is_named)
}

//! Parses where the server listens.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use super::address::ListenAddress;

/// The longest path that fits into the address of a unix socket (unix(7)), in bytes.
const MAX_PATH_BYTES: usize = 107;

/// Where the server listens (`http.listen`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Listen {
    /// `host:port`.
    Tcp(ListenAddress),
    /// `unix:` and a path.
    Unix(SocketPath),
    /// `systemd`: on the sockets that systemd passes.
    Systemd,
}

impl FromStr for Listen {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, &'static str> {
        if text == "systemd" {
            return Ok(Self::Systemd);
        }
        match text.strip_prefix("unix:") {
            // A number would be the port of a host of that name.
            Some(path) if path.parse::<u16>().is_err() => path.parse().map(Self::Unix),
            Some(_) | None => text.parse().map(Self::Tcp).map_err(|_| {
                "must be an address and a port, such as `127.0.0.1:8080`, `[::1]:8080` or `localhost:8080`, or `unix:` and \
                 a path, or `systemd`"
            }),
        }
    }
}

impl fmt::Display for Listen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp(address) => address.fmt(f),
            Self::Unix(path) => path.fmt(f),
            Self::Systemd => f.write_str("systemd"),
        }
    }
}

/// The absolute path of a unix socket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SocketPath(PathBuf);

impl SocketPath {
    /// The path.
    #[must_use]
    pub fn as_path(&self) -> &Path {
        &self.0
    }
}

impl FromStr for SocketPath {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, &'static str> {
        let is_file = text.starts_with('/') && !text.ends_with('/') && !text.contains('\0');
        match is_file && text.len() <= MAX_PATH_BYTES {
            true => Ok(Self(PathBuf::from(text))),
            false => Err(
                "must have an absolute path of at most 107 bytes after `unix:`, such as `unix:/run/azuma/azuma.sock`",
            ),
        }
    }
}

impl fmt::Display for SocketPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "unix:{}", self.0.display())
    }
}

/// The mode of the file of a unix socket (`http.socket_mode`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SocketMode(u32);

impl SocketMode {
    /// The permission bits.
    #[must_use]
    pub fn bits(self) -> u32 {
        self.0
    }
}

impl FromStr for SocketMode {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, &'static str> {
        let refusal = "must be the mode of a file as four octal digits, from `0000` to `0777`";
        let is_octal = text.len() == 4 && text.bytes().all(|byte| matches!(byte, b'0'..=b'7'));
        match u32::from_str_radix(text, 8) {
            Ok(bits @ 0..=0o777) if is_octal => Ok(Self(bits)),
            Ok(_) | Err(_) => Err(refusal),
        }
    }
}

impl fmt::Display for SocketMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04o}", self.0)
    }
}

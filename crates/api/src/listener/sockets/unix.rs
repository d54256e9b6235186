//! A unix socket that the server creates.

use std::fs::{self, Metadata, Permissions};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt};
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};

use rustix::io::Errno;
use rustix::net::{
    AddressFamily, SocketAddrUnix, SocketFlags, SocketType, bind, connect, socket_with,
};
use thiserror::Error;

use super::{BACKLOG, Socket};
use crate::config::{SocketMode, SocketPath};

/// Why the server cannot listen on a unix socket.
#[derive(Debug, Error)]
pub enum UnixError {
    #[error("another process listens there")]
    InUse,
    #[error("there is a file that is no socket; remove it, or choose another path")]
    NoSocket,
    #[error("{0}")]
    Io(#[from] io::Error),
}

impl From<Errno> for UnixError {
    fn from(error: Errno) -> Self {
        Self::Io(error.into())
    }
}

/// The file of a socket. Dropping it removes the file, unless another one is there by now.
#[derive(Debug)]
pub struct SocketFile {
    path: PathBuf,
    id: (u64, u64),
}

/// Creates the socket with this mode. A socket that nobody listens on is replaced.
///
/// # Errors
/// [`UnixError`] if a process listens there, if there is another file, or if the socket cannot be created.
pub fn listen(path: &SocketPath, mode: SocketMode) -> Result<(Socket, SocketFile), UnixError> {
    let path = path.as_path();
    remove_stale(path)?;
    let socket = socket_with(
        AddressFamily::UNIX,
        SocketType::STREAM,
        SocketFlags::CLOEXEC,
        None,
    )?;
    bind(&socket, &SocketAddrUnix::new(path)?)?;
    let file = SocketFile {
        path: path.to_owned(),
        id: id(&fs::symlink_metadata(path)?),
    };
    // Nobody can connect before the socket listens, so nobody is let in by the mode that it was created with.
    fs::set_permissions(path, Permissions::from_mode(mode.bits()))?;
    rustix::net::listen(&socket, BACKLOG.into())?;
    let listener = UnixListener::from(socket);
    Ok((Socket::Unix(path.display().to_string(), listener), file))
}

/// Removes a socket that was left by a process that has ended.
fn remove_stale(path: &Path) -> Result<(), UnixError> {
    match fs::symlink_metadata(path) {
        Ok(found) if !found.file_type().is_socket() => return Err(UnixError::NoSocket),
        Ok(_) => {}
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error.into()),
    }
    // Does not wait, because a listener may have a full queue, and never empty it.
    let socket = socket_with(
        AddressFamily::UNIX,
        SocketType::STREAM,
        SocketFlags::CLOEXEC | SocketFlags::NONBLOCK,
        None,
    )?;
    match connect(&socket, &SocketAddrUnix::new(path)?) {
        Err(Errno::CONNREFUSED) => Ok(fs::remove_file(path)?),
        Err(Errno::NOENT) => Ok(()),
        // A socket of another type is somebody else's.
        Ok(()) | Err(Errno::AGAIN | Errno::PROTOTYPE) => Err(UnixError::InUse),
        Err(error) => Err(error.into()),
    }
}

fn id(file: &Metadata) -> (u64, u64) {
    (file.dev(), file.ino())
}

impl Drop for SocketFile {
    fn drop(&mut self) {
        let is_same = |found: Metadata| id(&found) == self.id;
        if !fs::symlink_metadata(&self.path).is_ok_and(is_same) {
            return;
        }
        if let Err(error) = fs::remove_file(&self.path) {
            tracing::warn!(%error, "cannot remove the socket {}", self.path.display());
        }
    }
}

//! Sockets that systemd passes (`sd_listen_fds(3)`).

use std::env;
use std::io;
use std::os::linux::net::SocketAddrExt;

use listenfd::ListenFd;
use rustix::net::sockopt::socket_acceptconn;
use thiserror::Error;

use super::Socket;

/// The sockets that this process was started with.
pub struct PassedSockets {
    sockets: ListenFd,
    /// What systemd calls them: the name of the socket unit, unless that says otherwise.
    names: Vec<String>,
}

/// Why passed sockets cannot be listened on.
#[derive(Debug, Error)]
pub enum PassedError {
    #[error(
        "it passed none to this process; start the server by its socket unit, or set `http.listen` to an address"
    )]
    None,
    #[error("{0} is neither a TCP socket nor a unix socket of type stream (`ListenStream=`)")]
    Type(String),
    #[error("{0} is a single connection, not a socket to accept connections from (`Accept=no`)")]
    Connection(String),
    #[error("{0}: {1}")]
    Io(String, io::Error),
}

impl PassedSockets {
    /// Takes the sockets, and removes the variables that announce them. To be called before other threads run, which
    /// might read variables at the same time.
    pub fn take() -> Self {
        let names = env::var("LISTEN_FDNAMES").unwrap_or_default();
        Self {
            sockets: ListenFd::from_env(),
            names: names.split(':').map(str::to_owned).collect(),
        }
    }

    /// How many were passed.
    pub fn count(&self) -> usize {
        self.sockets.len()
    }

    /// All of them. None is inherited by processes that this one starts.
    ///
    /// # Errors
    /// [`PassedError`] if there are none, or if one of them is no socket to listen on.
    pub fn listeners(mut self) -> Result<Vec<Socket>, PassedError> {
        if self.count() == 0 {
            return Err(PassedError::None);
        }
        (0..self.count())
            .map(|number| self.listener(number))
            .collect()
    }

    fn listener(&mut self, number: usize) -> Result<Socket, PassedError> {
        let socket = self.socket(number)?;
        let listens = match &socket {
            Socket::Tcp(_, listener) => socket_acceptconn(listener),
            Socket::Unix(_, listener) => socket_acceptconn(listener),
        };
        match listens {
            Ok(true) => Ok(socket),
            Ok(false) => Err(PassedError::Connection(self.name(number))),
            Err(error) => Err(PassedError::Io(self.name(number), error.into())),
        }
    }

    fn socket(&mut self, number: usize) -> Result<Socket, PassedError> {
        let name = self.name(number);
        let io = |error| PassedError::Io(name.clone(), error);
        if let Ok(Some(listener)) = self.sockets.take_tcp_listener(number) {
            return Ok(Socket::Tcp(listener.local_addr().map_err(io)?, listener));
        }
        if let Ok(Some(listener)) = self.sockets.take_unix_listener(number) {
            let address = listener.local_addr().map_err(io)?;
            let path = address.as_pathname().map(|path| path.display().to_string());
            let name = || String::from_utf8_lossy(address.as_abstract_name().unwrap_or_default());
            return Ok(Socket::Unix(
                path.unwrap_or_else(|| format!("@{}", name())),
                listener,
            ));
        }
        Err(PassedError::Type(name))
    }

    fn name(&self, number: usize) -> String {
        match self.names.get(number).map(String::as_str) {
            None | Some("") => format!("socket {}", number + 1),
            Some(name) => format!("socket {} ({name})", number + 1),
        }
    }
}

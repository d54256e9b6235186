//! The sockets that the server listens on.
//!
//! | module | holds |
//! |---|---|
//! | `tcp` | those of an address |
//! | `unix` | a unix socket, and its file |
//! | `passed` | those that systemd passes |

mod passed;
mod tcp;
mod unix;

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::os::unix::net::UnixListener;
use std::time::Duration;

use actix_web::dev::ServerHandle;
use thiserror::Error;
use tokio::time::sleep;

use crate::config::{Http, Listen};

use passed::PassedError;
pub use passed::PassedSockets;
use unix::{SocketFile, UnixError};

/// The listen backlog: how many connections the kernel queues until they are accepted.
const BACKLOG: u16 = 1024;

/// How long a server that is told to stop still reads from the connections that it has accepted, where another process
/// takes over the queue of further ones.
const LAST_REQUESTS: Duration = Duration::from_millis(500);

/// A socket that the server listens on.
#[derive(Debug)]
pub enum Socket {
    Tcp(SocketAddr, TcpListener),
    /// The text is its path, or `@` and its abstract name.
    Unix(String, UnixListener),
}

/// The sockets, and what is to be done about them when the server stops.
pub struct Sockets {
    pub listening: Vec<Socket>,
    pub leaving: Leaving,
}

/// How the server leaves its sockets.
pub enum Leaving {
    /// They close.
    Close,
    /// They close, and the file of the unix socket is removed.
    Remove(SocketFile),
    /// systemd keeps them for the next process.
    HandOver,
}

/// Why the server cannot listen.
#[derive(Debug, Error)]
pub enum ListenError {
    #[error("cannot listen on {0}: {1}")]
    Address(Listen, io::Error),
    #[error("cannot listen on {0}: {1}")]
    Unix(Listen, UnixError),
    #[error("cannot listen on the sockets of systemd: {0}")]
    Passed(#[from] PassedError),
}

impl Sockets {
    /// Listens where the configuration says. Sockets that systemd passed unasked are ignored, and the log says so.
    ///
    /// # Errors
    /// [`ListenError`] if there is none to listen on.
    pub fn open(config: &Http, passed: PassedSockets) -> Result<Self, ListenError> {
        if config.listen != Listen::Systemd && passed.count() > 0 {
            tracing::warn!(
                "systemd passed {} sockets, and nobody listens on them: set `http.listen` to `systemd`",
                passed.count()
            );
        }
        let listen = || config.listen.clone();
        match &config.listen {
            Listen::Tcp(address) => Ok(Self {
                listening: tcp::listen(address)
                    .map_err(|error| ListenError::Address(listen(), error))?,
                leaving: Leaving::Close,
            }),
            Listen::Unix(path) => {
                let (socket, file) = unix::listen(path, config.socket_mode)
                    .map_err(|error| ListenError::Unix(listen(), error))?;
                Ok(Self {
                    listening: vec![socket],
                    leaving: Leaving::Remove(file),
                })
            }
            Listen::Systemd => Ok(Self {
                listening: passed.listeners()?,
                leaving: Leaving::HandOver,
            }),
        }
    }
}

impl Leaving {
    /// Prepares for the server to stop, which still accepts connections.
    pub async fn begin(self, server: &ServerHandle) {
        match self {
            Self::Close => {}
            // While the server listens, no other one takes the file for an old one and replaces it.
            Self::Remove(file) => drop(file),
            Self::HandOver => {
                // What is not accepted waits in the kernel for the next process. A stopping server drops connections
                // whose first request it has not read.
                server.pause().await;
                sleep(LAST_REQUESTS).await;
            }
        }
    }
}

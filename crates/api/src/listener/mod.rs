//! Where clients come in: the sockets that are listened on, and what is asked of a connection before and while HTTP is
//! spoken on it.
//!
//! | module | holds |
//! |---|---|
//! | `door` | which connections are let in |
//! | `clients` | how many connections each client has |
//! | `connection` | a client's connection, as long as it lasts |
//! | `opening` | what it begins with |

mod clients;
mod connection;
mod door;
mod opening;

use std::io;
use std::net::{SocketAddr, TcpListener, ToSocketAddrs};

use actix_web::rt::net::TcpSocket;

pub use door::Door;

/// How many connections the kernel keeps for us until they are accepted.
const BACKLOG: u32 = 1024;

/// Listens on every address that this stands for, `host:port`; port 0 takes a free one.
///
/// # Errors
/// Where none of them can be listened on.
pub fn listen_on(address: &str) -> io::Result<Vec<(SocketAddr, TcpListener)>> {
    let mut listeners = Vec::new();
    let mut failure = None;
    for address in address.to_socket_addrs()? {
        match listen(address) {
            Ok(listener) => listeners.push((listener.local_addr()?, listener)),
            Err(error) => failure = Some(error),
        }
    }
    match failure {
        Some(error) if listeners.is_empty() => Err(error),
        Some(_) | None => Ok(listeners),
    }
}

fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = match address {
        SocketAddr::V4(_) => TcpSocket::new_v4()?,
        SocketAddr::V6(_) => TcpSocket::new_v6()?,
    };
    // A server that starts again takes the place of the one before, whose last connections may not be over.
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)?.into_std()
}

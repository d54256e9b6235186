//! The listening sockets, and the checks on a connection before and while it speaks HTTP.
//!
//! | module | holds |
//! |---|---|
//! | `door` | admits or refuses connections |
//! | `clients` | limits the connections of each client |
//! | `connection` | a client's connection and its write timeout |
//! | `opening` | the first bytes of a connection over HTTP/1 |
//! | `http2` | HTTP/2 |
//! | `stream` | the bytes of a connection, with or without TLS |
//! | `tls` | the certificate and its key |

mod clients;
mod connection;
mod door;
#[cfg(test)]
mod fuzz;
mod http2;
mod opening;
mod stream;
mod tls;

use std::io;
use std::net::{SocketAddr, TcpListener, ToSocketAddrs};

use actix_web::rt::net::TcpSocket;

pub use door::Door;
pub use http2::http2;
pub use tls::Tls;

/// The listen backlog: how many connections the kernel queues until they are accepted.
const BACKLOG: u32 = 1024;

/// Listens on every address that `host:port` resolves to; port 0 takes a free port.
///
/// # Errors
/// If none of the addresses can be listened on.
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
    // Allows a restart while connections of the previous process are still closing.
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)?.into_std()
}

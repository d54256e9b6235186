//! TCP sockets of an address.

use std::io;
use std::net::{SocketAddr, ToSocketAddrs};

use actix_web::rt::net::TcpSocket;

use super::{BACKLOG, Socket};
use crate::config::ListenAddress;

/// Listens on every address that `host:port` resolves to; port 0 takes a free port.
///
/// # Errors
/// If none of the addresses can be listened on.
pub fn listen(address: &ListenAddress) -> io::Result<Vec<Socket>> {
    let mut sockets = Vec::new();
    let mut failure = None;
    for address in address.as_str().to_socket_addrs()? {
        match listen_on(address) {
            Ok(socket) => sockets.push(socket),
            Err(error) => failure = Some(error),
        }
    }
    match failure {
        Some(error) if sockets.is_empty() => Err(error),
        Some(_) | None => Ok(sockets),
    }
}

fn listen_on(address: SocketAddr) -> io::Result<Socket> {
    let socket = match address {
        SocketAddr::V4(_) => TcpSocket::new_v4()?,
        SocketAddr::V6(_) => TcpSocket::new_v6()?,
    };
    // Allows a restart while connections of the previous process are still closing.
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    let listener = socket.listen(BACKLOG.into())?.into_std()?;
    Ok(Socket::Tcp(listener.local_addr()?, listener))
}

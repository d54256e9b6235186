//! Clients that leave no connection for others.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use super::Connections;
use crate::fault::Fault;
use crate::process::{Signal, send_to};

/// The longest that a server which answers lets a connection wait.
const PATIENCE: Duration = Duration::from_secs(2);

/// The beginning of a connection, by version 3 of the protocol.
const GREETING: &[u8] =
    b"\0\x03\0\0user\0postgres\0database\0postgres\0application_name\0crowd\0\0";

impl Connections {
    /// Takes every connection that the server has left, and then kills these connections, until the fault ends: whoever
    /// had them gets no others.
    pub fn crowd_out(&self) -> Fault {
        let address = self.cluster.address();
        let ids = self.select("pid");
        let mut crowd = Vec::new();
        while let Some(connection) = connect(address) {
            crowd.push(connection);
        }
        for id in ids.lines().filter_map(|line| line.trim().parse().ok()) {
            send_to(id, Signal::Terminate);
        }
        Fault::repeating(move || crowd.extend(connect(address)))
    }
}

/// A connection, if there is one left.
fn connect(address: SocketAddr) -> Option<TcpStream> {
    let mut stream = TcpStream::connect(address).ok()?;
    stream.set_read_timeout(Some(PATIENCE)).ok()?;
    let length = u32::try_from(GREETING.len() + 4).ok()?;
    stream.write_all(&length.to_be_bytes()).ok()?;
    stream.write_all(GREETING).ok()?;
    let mut kind = [0];
    stream.read_exact(&mut kind).ok()?;
    // `R` asks for a password or for none; an error is an `E`.
    (kind == *b"R").then_some(stream)
}

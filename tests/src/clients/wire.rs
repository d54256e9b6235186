//! Bytes over TCP that no HTTP client would send.

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use tokio::net::TcpSocket;

/// What came back, if anything.
#[derive(Debug)]
pub struct WireAnswer {
    /// The status, if the answer begins with a status line.
    pub status: Option<u16>,
    /// All of it.
    pub text: String,
}

/// Sends bytes on a connection of their own and reads until the server closes it or falls silent for two seconds.
pub fn exchange(address: SocketAddr, bytes: &[u8]) -> WireAnswer {
    let mut wire = Wire::to(address);
    wire.send(bytes);
    wire.answer()
}

/// A connection on which a test sends any bytes at any time.
#[derive(Debug)]
pub struct Wire {
    stream: TcpStream,
    is_closed: bool,
}

impl Wire {
    /// A connection to a server.
    pub fn to(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address);
        Self::on(stream.unwrap_or_else(|error| panic!("no connection: {error}")))
    }

    /// A connection to a server from another address of this machine.
    pub async fn from(client: &str, address: SocketAddr) -> Self {
        let socket = TcpSocket::new_v4().expect("a socket");
        let client = SocketAddr::new(client.parse().expect("an address"), 0);
        socket.bind(client).expect("an address of this machine");
        let stream = socket.connect(address).await.expect("a connection");
        let stream = stream.into_std().expect("a socket");
        stream.set_nonblocking(false).expect("a socket");
        Self::on(stream)
    }

    fn on(stream: TcpStream) -> Self {
        let deadline = Some(Duration::from_secs(2));
        stream.set_read_timeout(deadline).expect("a socket");
        Self {
            stream,
            is_closed: false,
        }
    }

    /// Sends bytes. The server may close the connection before it has read all of them; its answer can still be read.
    pub fn send(&mut self, bytes: &[u8]) {
        let _ = self.stream.write_all(bytes);
    }

    /// Reads until the server closes the connection or falls silent for two seconds.
    pub fn answer(&mut self) -> WireAnswer {
        let mut answer = Vec::new();
        let mut buffer = [0; 4096];
        self.is_closed = loop {
            match self.stream.read(&mut buffer) {
                Ok(length @ 1..) => answer.extend(buffer.iter().take(length)),
                Err(error) if error.kind() == ErrorKind::WouldBlock => break false,
                Ok(0) | Err(_) => break true,
            }
        };
        let text = String::from_utf8_lossy(&answer).into_owned();
        WireAnswer {
            status: status(&text),
            text,
        }
    }

    /// Whether the server had closed the connection when the last answer was read.
    pub fn is_closed(&self) -> bool {
        self.is_closed
    }
}

fn status(text: &str) -> Option<u16> {
    let version = text.get(.."HTTP/1.1 ".len())?;
    let rest = text.strip_prefix(version)?;
    matches!(version, "HTTP/1.1 " | "HTTP/1.0 ")
        .then_some(rest)?
        .get(..3)?
        .parse()
        .ok()
}

impl WireAnswer {
    /// The body, in an answer that is not chunked.
    pub fn body(&self) -> &str {
        self.text
            .split_once("\r\n\r\n")
            .map_or("", |(_, body)| body)
    }
}

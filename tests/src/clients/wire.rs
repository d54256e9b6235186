//! Bytes over TCP, for what no HTTP client would send.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// What came back, if anything.
#[derive(Debug)]
pub struct WireAnswer {
    /// The status, where the answer begins as one of HTTP.
    pub status: Option<u16>,
    /// All of it.
    pub text: String,
}

/// Sends bytes on a connection of their own and reads until the server closes it or falls silent for two seconds.
pub fn exchange(address: SocketAddr, bytes: &[u8]) -> WireAnswer {
    let answer = try_exchange(address, bytes);
    let answer = answer.unwrap_or_else(|error| panic!("no connection: {error}"));
    let text = String::from_utf8_lossy(&answer).into_owned();
    WireAnswer {
        status: status(&text),
        text,
    }
}

fn try_exchange(address: SocketAddr, bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(Duration::from_secs(2)))?;
    // A server that has read enough may close early; what it answered is still to be read.
    let _ = stream.write_all(bytes);
    let mut answer = Vec::new();
    let mut buffer = [0; 4096];
    while let Ok(length @ 1..) = stream.read(&mut buffer) {
        answer.extend(buffer.iter().take(length));
    }
    Ok(answer)
}

fn status(text: &str) -> Option<u16> {
    text.strip_prefix("HTTP/1.1 ")?.get(..3)?.parse().ok()
}

impl WireAnswer {
    /// The body, in an answer that is not chunked.
    pub fn body(&self) -> &str {
        self.text
            .split_once("\r\n\r\n")
            .map_or("", |(_, body)| body)
    }
}

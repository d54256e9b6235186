//! One request on a connection of its own.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use super::answer::Answer;
use crate::Outcome;
use crate::database::Token;

/// `GET path` with a token.
pub fn get(path: &str, token: Option<&Token>) -> Vec<u8> {
    let authorization = token.map_or_else(String::new, |token| {
        format!("Authorization: Bearer {}\r\n", token.as_str())
    });
    format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n{authorization}\r\n").into_bytes()
}

/// Sends a request and answers the status.
pub fn ask(address: SocketAddr, request: &[u8], timeout: Duration) -> Outcome<u16> {
    Ok(exchange(address, request, timeout)?.status)
}

/// The length of the answer's body.
pub fn body_length(address: SocketAddr, request: &[u8]) -> Outcome<usize> {
    let answer = exchange(address, request, Duration::from_secs(10))?;
    if answer.status != 200 {
        return Err(format!("a request was answered {}", answer.status).into());
    }
    Ok(answer.body)
}

fn exchange(address: SocketAddr, request: &[u8], timeout: Duration) -> Outcome<Answer> {
    let mut stream = TcpStream::connect_timeout(&address, timeout)?;
    exchange_on(&mut stream, request, timeout)
}

/// Sends a request on a connection and waits for the complete answer; each read may take `timeout`.
pub fn exchange_on(stream: &mut TcpStream, request: &[u8], timeout: Duration) -> Outcome<Answer> {
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(timeout))?;
    stream.write_all(request)?;
    let mut received = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let length = stream.read(&mut buffer)?;
        if length == 0 {
            return Err("the server closed the connection".into());
        }
        received.extend_from_slice(buffer.get(..length).unwrap_or_default());
        if let Some(answer) = Answer::read(&received)? {
            return Ok(answer);
        }
    }
}

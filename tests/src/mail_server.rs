//! A mail server on the loopback that takes every message, for servers under test to send to.

use std::path::{Path, PathBuf};

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use crate::mail::Mailbox;
use crate::scratch;

/// A running mail server (RFC 5321, as much as delivery takes). Dropped, it is down.
#[derive(Debug)]
pub struct MailServer {
    port: u16,
    directory: PathBuf,
    task: JoinHandle<()>,
}

impl MailServer {
    /// A server on a free port.
    pub async fn start() -> Self {
        Self::start_on(0).await
    }

    /// A server on this port, where one was before.
    pub async fn start_on(port: u16) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", port)).await;
        let listener = listener.expect("a port to receive mail on");
        let port = listener.local_addr().expect("a bound port").port();
        let directory = scratch::fresh_directory("mail-server");
        let task = tokio::spawn(serve(listener, directory.clone()));
        Self {
            port,
            directory,
            task,
        }
    }

    /// Where it listens.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// What `mail.url` has to be.
    pub fn url(&self) -> String {
        format!("smtp://127.0.0.1:{}", self.port)
    }

    /// What it has taken.
    pub fn mailbox(&self) -> Mailbox {
        Mailbox::in_directory(self.directory.clone())
    }
}

impl Drop for MailServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(listener: TcpListener, directory: PathBuf) {
    let mut number = 0;
    while let Ok((stream, _)) = listener.accept().await {
        number += 1;
        // A client that breaks off is its own business.
        let _ = converse(stream, &directory.join(format!("{number}.eml"))).await;
    }
}

/// One connection with one message, which is written to `file` before it is accepted.
async fn converse(stream: TcpStream, file: &Path) -> std::io::Result<()> {
    let (reader, mut writer) = stream.into_split();
    let mut lines = BufReader::new(reader).lines();
    writer.write_all(b"220 localhost ready\r\n").await?;
    while let Some(line) = lines.next_line().await? {
        let command = line.to_uppercase();
        let reply = if command.starts_with("DATA") {
            writer.write_all(b"354 go ahead\r\n").await?;
            let mut message = String::new();
            while let Some(line) = lines.next_line().await? {
                if line == "." {
                    break;
                }
                message.push_str(line.strip_prefix('.').unwrap_or(&line));
                message.push_str("\r\n");
            }
            std::fs::write(file, message)?;
            "250 taken"
        } else if command.starts_with("QUIT") {
            "221 bye"
        } else {
            "250 localhost"
        };
        writer.write_all(format!("{reply}\r\n").as_bytes()).await?;
    }
    Ok(())
}

//! A server that answers each request as a test says, for what no real server can be brought to do in time.

use std::net::SocketAddr;
use std::sync::Arc;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::secret::ServiceToken;
use crate::server::Server;
use crate::service::Service;

/// Listens until it is dropped, and records what it is asked.
pub(crate) struct Scripted {
    address: SocketAddr,
    asked: watch::Receiver<Vec<Asked>>,
    _task: JoinSet<()>,
}

/// A request.
#[derive(Clone)]
pub(crate) struct Asked {
    /// Its first line and its headers.
    pub(crate) head: String,
}

/// What is answered to it.
pub(crate) enum Reply {
    /// A status, further headers (each ends with a line break), and a body.
    Answer(u16, &'static str, &'static str),
    /// Nothing, as long as the client waits.
    Nothing,
}

impl Scripted {
    pub(crate) async fn start(script: impl Fn(&Asked) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (record, asked) = watch::channel(Vec::new());
        let (record, script) = (Arc::new(record), Arc::new(script));
        let mut task = JoinSet::new();
        task.spawn(async move {
            let mut connections = JoinSet::new();
            loop {
                let (mut stream, _) = listener.accept().await.unwrap();
                let (record, script) = (Arc::clone(&record), Arc::clone(&script));
                connections.spawn(async move {
                    let Some(asked) = read(&mut stream).await else {
                        return;
                    };
                    record.send_modify(|all| all.push(asked.clone()));
                    answer(&mut stream, script(&asked)).await;
                });
            }
        });
        Self {
            address,
            asked,
            _task: task,
        }
    }

    pub(crate) fn server(&self) -> Server {
        Server::at(&format!("http://{}", self.address)).unwrap()
    }

    pub(crate) fn service(&self) -> Service {
        let token = ServiceToken::parse("azs_secret").unwrap();
        self.server().service(token)
    }

    /// How many requests have `text` in their head.
    pub(crate) fn count(&self, text: &str) -> usize {
        let asked = self.asked.borrow();
        asked
            .iter()
            .filter(|asked| asked.head.contains(text))
            .count()
    }

    /// Waits for a request that has `text` in its head.
    pub(crate) async fn expect(&self, text: &str) {
        let mut asked = self.asked.clone();
        let is_there = |all: &Vec<Asked>| all.iter().any(|asked| asked.head.contains(text));
        asked.wait_for(is_there).await.unwrap();
    }
}

/// The request that a connection begins with; `None` if it is closed before.
async fn read(stream: &mut TcpStream) -> Option<Asked> {
    let mut bytes = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&bytes);
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head
                .lines()
                .find_map(|line| line.strip_prefix("content-length: "))
                .map_or(0, |length| length.parse().unwrap());
            if body.len() >= length {
                return Some(Asked {
                    head: head.to_owned(),
                });
            }
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    }
}

async fn answer(stream: &mut TcpStream, reply: Reply) {
    match reply {
        Reply::Answer(status, headers, body) => {
            let length = body.len();
            let text = format!(
                "HTTP/1.1 {status} Said\r\nconnection: close\r\ncontent-length: {length}\r\n{headers}\r\n{body}"
            );
            // The client may have gone.
            let _ = stream.write_all(text.as_bytes()).await;
        }
        Reply::Nothing => {
            let _ = stream.read(&mut [0]).await;
        }
    }
}

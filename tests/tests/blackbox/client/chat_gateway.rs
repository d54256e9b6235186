//! The example `examples/chat-gateway`.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use azuma_tests::Database;
use azuma_tests::people::Person;
use azuma_tests::process::{self, Signal};
use azuma_tests::server::{Server, chat_gateway};
use futures_util::{SinkExt, StreamExt};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

struct Gateway {
    process: Child,
    url: String,
}

impl Gateway {
    fn of(server: &Server) -> Self {
        let secret = server.data().join("chat.token");
        std::fs::write(&secret, server.service("chat").token).unwrap();
        let mut command = Command::new(chat_gateway());
        command
            .env("AZUMA_URL", format!("http://{}", server.address()))
            .env("AZUMA_SERVICE_TOKEN_FILE", secret)
            .env("LISTEN", "127.0.0.1:0")
            .stdout(Stdio::piped());
        let mut process = process::spawn(command, Signal::Kill).unwrap();
        let mut line = String::new();
        let output = process.stdout.take().expect("its output");
        BufReader::new(output).read_line(&mut line).unwrap();
        let address = line.trim().strip_prefix("listening on ");
        let url = format!("ws://{}", address.expect("where it listens"));
        Self { process, url }
    }

    /// A client that has presented a token.
    async fn enter(&self, token: &str) -> Client {
        let (mut socket, _) = connect_async(&self.url).await.unwrap();
        socket.send(Message::text(token)).await.unwrap();
        Client(socket)
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

struct Client(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Client {
    async fn hears(&mut self, expected: &str) {
        let heard = self.0.next().await.unwrap().unwrap();
        assert_eq!(heard.into_text().unwrap(), expected);
    }

    async fn says(&mut self, text: &str) {
        self.0.send(Message::text(text)).await.unwrap();
    }

    /// The code with which it is closed.
    async fn closed(&mut self) -> u16 {
        match self.0.next().await.unwrap().unwrap() {
            Message::Close(frame) => frame.expect("a code").code.into(),
            other => panic!("not closed, but {other:?}"),
        }
    }
}

#[tokio::test]
async fn a_client_talks_until_its_session_ends_whatever_its_tokens() {
    let server = Database::Sqlite.server();
    let server = server.set("sessions.rotating.renew_within", "30d").start();
    let legacy = server.legacy();
    let neo = legacy.sign_up(&Person::named("neo")).await.token;
    let trinity = server.azuma().sign_up(&Person::named("trinity")).await;
    let gateway = Gateway::of(&server);
    assert_eq!(gateway.enter("nobody").await.closed().await, 4001);

    let mut here = gateway.enter(&neo).await;
    here.hears("hello, neo").await;
    let mut there = gateway.enter(&trinity).await;
    there.hears("hello, trinity").await;
    here.says("knock knock").await;
    for client in [&mut here, &mut there] {
        client.hears("neo: knock knock").await;
    }

    let next = legacy.me(&neo).await.next_token().expect("it is due");
    legacy.me(&next).await.done(200);
    server.azuma().logout(&trinity).await.done(204);
    assert_eq!(there.closed().await, 4001);
    // The history is told in order: the new token was told before the logout.
    here.says("who is there?").await;
    here.hears("neo: who is there?").await;
    server.azuma().logout(&next).await.done(204);
    assert_eq!(here.closed().await, 4001);
}

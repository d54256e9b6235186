//! A chat room over `WebSockets` whose users are Azuma's.
//!
//! The first frame of a client is its token; each later one is said to everybody. See `README.md` beside this file.

use std::env;
use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use azuma_client::{CachedSessions, Server, ServiceToken, State, Token, Watch};
use futures_util::{SinkExt, StreamExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::broadcast::{self, error::RecvError};
use tokio::time::{sleep, sleep_until, timeout};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, WebSocketConfig};
use tokio_tungstenite::{WebSocketStream, accept_async_with_config};

/// The session has ended, or the token is none: log in again.
const ENDED: CloseCode = CloseCode::Library(4001);
/// How long a client may take to shake hands, to send its token, and to take a message.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long a client is kept, and told nothing, while it cannot be known whether its session lives.
const HOLD: Duration = Duration::from_secs(30);
/// The pause after a connection that could not be accepted.
const PAUSE: Duration = Duration::from_millis(100);
/// The longest message, in bytes.
const LONGEST_MESSAGE: usize = 4 * 1024;
/// How many messages wait for a client that reads slowly. It misses those before.
const WAITING_MESSAGES: usize = 64;

type Socket = WebSocketStream<TcpStream>;

#[tokio::main]
#[expect(clippy::print_stdout, reason = "it says where it listens")]
async fn main() -> Result<(), Box<dyn Error>> {
    let url = env::var("AZUMA_URL").unwrap_or_else(|_| "http://127.0.0.1:8080".to_owned());
    let token = std::fs::read_to_string(env::var("AZUMA_SERVICE_TOKEN_FILE")?)?;
    let token = ServiceToken::parse(token)?;
    let sessions = CachedSessions::start(Server::at(&url)?.service(token));

    let listen = env::var("LISTEN").unwrap_or_else(|_| "127.0.0.1:8090".to_owned());
    let listener = TcpListener::bind(listen).await?;
    println!("listening on {}", listener.local_addr()?);
    let room = broadcast::Sender::new(WAITING_MESSAGES);
    let mut terminated = signal(SignalKind::terminate())?;
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                let Ok((stream, _)) = accepted else {
                    // Too many open files, for one, may pass.
                    sleep(PAUSE).await;
                    continue;
                };
                tokio::spawn(serve(stream, sessions.clone(), room.clone()));
            }
            _ = tokio::signal::ctrl_c() => break,
            _ = terminated.recv() => break,
        }
    }
    // What the clients did in the last minute keeps their sessions alive.
    Ok(sessions.report_uses().await?)
}

/// Serves a client until it or its session ends.
#[expect(clippy::print_stderr, reason = "an operator looks there")]
async fn serve(stream: TcpStream, sessions: CachedSessions, room: broadcast::Sender<Arc<str>>) {
    let config = WebSocketConfig::default().max_message_size(Some(LONGEST_MESSAGE));
    let shaken = timeout(PATIENCE, accept_async_with_config(stream, Some(config))).await;
    let Ok(Ok(mut socket)) = shaken else { return };
    let Ok(Some(Ok(Message::Text(token)))) = timeout(PATIENCE, socket.next()).await else {
        return close(socket, CloseCode::Policy, "the first frame is a token").await;
    };
    let (code, reason) = match sessions.watch(&Token::new(token.as_str())).await {
        Ok(Some(watch)) => talk(&mut socket, watch, room).await,
        Ok(None) => (ENDED, "the session has ended"),
        Err(unavailable) => {
            eprintln!("{unavailable}: {}", unavailable.reason());
            (CloseCode::Again, "try again later")
        }
    };
    close(socket, code, reason).await;
}

/// Carries messages both ways, and answers why no longer.
async fn talk(
    socket: &mut Socket,
    mut watch: Watch,
    room: broadcast::Sender<Arc<str>>,
) -> (CloseCode, &'static str) {
    let name = watch.session().user.name.clone().unwrap_or_default();
    let mut said = room.subscribe();
    if send(socket, &format!("hello, {name}")).await.is_err() {
        return (CloseCode::Normal, "");
    }
    let mut hold_until = None;
    loop {
        // Nobody talks or listens unless the session is known to live.
        match watch.state() {
            State::Live => hold_until = None,
            State::Ended => return (ENDED, "the session has ended"),
            State::Unknown => {
                let until = *hold_until.get_or_insert_with(|| tokio::time::Instant::now() + HOLD);
                tokio::select! {
                    _ = watch.changed() => {}
                    () = sleep_until(until) => return (CloseCode::Again, "try again later"),
                }
                continue;
            }
        }
        tokio::select! {
            _ = watch.changed() => {}
            frame = socket.next() => match frame {
                Some(Ok(Message::Text(text))) if watch.state() == State::Live => {
                    watch.record_use();
                    // There is at least this client.
                    let _ = room.send(format!("{name}: {text}").into());
                }
                Some(Ok(Message::Text(_))) => {}
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                Some(Ok(_)) => return (CloseCode::Unsupported, "messages are text"),
                Some(Err(_)) | None => return (CloseCode::Normal, ""),
            },
            message = said.recv() => match message {
                Ok(message) if watch.state() == State::Live => {
                    if send(socket, &message).await.is_err() {
                        return (CloseCode::Normal, "");
                    }
                }
                Ok(_) | Err(RecvError::Lagged(_)) => {}
                Err(RecvError::Closed) => return (CloseCode::Away, "the room is closed"),
            },
        }
    }
}

/// Sends a message to a client that reads.
async fn send(socket: &mut Socket, text: &str) -> Result<(), Box<dyn Error + Send + Sync>> {
    Ok(timeout(PATIENCE, socket.send(Message::text(text))).await??)
}

/// Tells a client why it is left, if it still reads.
async fn close(mut socket: Socket, code: CloseCode, reason: &'static str) {
    let reason = reason.into();
    let _ = timeout(PATIENCE, socket.close(Some(CloseFrame { code, reason }))).await;
}

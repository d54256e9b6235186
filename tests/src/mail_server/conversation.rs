//! SMTP, as the server speaks it.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Instant;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

use super::script::{Reaction, Script, Step, Taken};
use super::{Credentials, Encryption};
use crate::mail;

/// What every conversation shares.
#[derive(Clone)]
pub(super) struct Host {
    pub(super) encryption: Encryption,
    pub(super) tls: Option<TlsAcceptor>,
    pub(super) credentials: Option<Credentials>,
    pub(super) directory: PathBuf,
    pub(super) script: Arc<Script>,
}

/// Numbers messages, in the order they are taken.
static MESSAGES: AtomicU32 = AtomicU32::new(0);

trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}

impl<S: AsyncRead + AsyncWrite + Unpin + Send> Stream for S {}

/// The lines of a conversation.
type Lines = BufReader<Box<dyn Stream>>;

pub(super) async fn serve(listener: TcpListener, host: Host) {
    while let Ok((stream, _)) = listener.accept().await {
        let host = host.clone();
        // A broken connection ends its own conversation alone.
        tokio::spawn(async move { host.converse(stream).await });
    }
}

/// How a step ended.
enum Went {
    On,
    /// The script answered instead.
    Elsewhere,
}

impl Host {
    async fn converse(&self, stream: TcpStream) -> io::Result<()> {
        let stream: Box<dyn Stream> = match (self.encryption, &self.tls) {
            (Encryption::Always, Some(tls)) => Box::new(tls.accept(stream).await?),
            _ => Box::new(stream),
        };
        let mut lines = BufReader::new(stream);
        if let Went::On = self.at(Step::Greeting, &mut lines).await? {
            say(&mut lines, "220 localhost ready").await?;
        }
        let mut is_encrypted = self.encryption == Encryption::Always;
        let mut is_known = self.credentials.is_none();
        let mut began = Instant::now();
        while let Some(line) = self.next(&mut lines).await? {
            let verb = line
                .split([' ', ':'])
                .next()
                .unwrap_or_default()
                .to_uppercase();
            match verb.as_str() {
                "EHLO" | "HELO" => self.greet(&mut lines, is_encrypted).await?,
                "STARTTLS" => {
                    let Some(tls) = self.tls.as_ref().filter(|_| !is_encrypted) else {
                        say(&mut lines, "502 not here").await?;
                        continue;
                    };
                    say(&mut lines, "220 go on").await?;
                    let encrypted = tls.accept(lines.into_inner()).await?;
                    lines = BufReader::new(Box::new(encrypted));
                    is_encrypted = true;
                    self.script.hear("(encrypted)");
                }
                "AUTH" => is_known |= self.log_in(&mut lines, &line).await?,
                "MAIL" if !is_known => say(&mut lines, "530 5.7.0 who are you?").await?,
                "MAIL" => {
                    began = Instant::now();
                    self.answer(Step::Mail, &mut lines, "250 ok").await?;
                }
                "RCPT" => self.answer(Step::Recipient, &mut lines, "250 ok").await?,
                "DATA" => self.take(&mut lines, began).await?,
                "QUIT" => {
                    say(&mut lines, "221 bye").await?;
                    return Ok(());
                }
                _ => say(&mut lines, "250 ok").await?,
            }
        }
        Ok(())
    }

    async fn greet(&self, lines: &mut Lines, is_encrypted: bool) -> io::Result<()> {
        let Went::On = self.at(Step::Ehlo, lines).await? else {
            return Ok(());
        };
        if self.encryption == Encryption::StartTls && !is_encrypted {
            say(lines, "250-STARTTLS").await?;
        }
        if self.credentials.is_some() {
            say(lines, "250-AUTH PLAIN LOGIN").await?;
        }
        say(lines, "250 localhost").await
    }

    /// `AUTH PLAIN`, which is what clients prefer.
    async fn log_in(&self, lines: &mut Lines, line: &str) -> io::Result<bool> {
        let Went::On = self.at(Step::Auth, lines).await? else {
            return Ok(false);
        };
        let given = line
            .split(' ')
            .nth(2)
            .and_then(|word| BASE64_STANDARD.decode(word).ok());
        let expected = self
            .credentials
            .map(|(user, password)| format!("\0{user}\0{password}").into_bytes());
        let is_right = given.is_some() && given == expected;
        let reply = match is_right {
            true => "235 2.7.0 welcome",
            false => "535 5.7.8 wrong password",
        };
        say(lines, reply).await?;
        Ok(is_right)
    }

    /// Takes a message; it is written to a file before the client is told.
    async fn take(&self, lines: &mut Lines, began: Instant) -> io::Result<()> {
        let Went::On = self.at(Step::Data, lines).await? else {
            return Ok(());
        };
        say(lines, "354 go ahead").await?;
        let mut message = String::new();
        while let Some(line) = read_line(lines).await? {
            if line == "." {
                break;
            }
            message.push_str(line.strip_prefix('.').unwrap_or(&line));
            message.push_str("\r\n");
        }
        let Went::On = self.at(Step::Content, lines).await? else {
            return Ok(());
        };
        let number = MESSAGES.fetch_add(1, Ordering::Relaxed);
        let unfinished = self.directory.join(format!("{number}.part"));
        std::fs::write(&unfinished, &message)?;
        std::fs::rename(unfinished, self.directory.join(format!("{number}.eml")))?;
        if let Some(mail) = mail::parse(message.as_bytes()) {
            let at = Instant::now();
            self.script.take(Taken { mail, began, at });
        }
        self.answer(Step::Taken, lines, "250 2.0.0 taken as 4711")
            .await
    }

    async fn answer(&self, step: Step, lines: &mut Lines, reply: &str) -> io::Result<()> {
        match self.at(step, lines).await? {
            Went::On => say(lines, reply).await,
            Went::Elsewhere => Ok(()),
        }
    }

    async fn at(&self, step: Step, lines: &mut Lines) -> io::Result<Went> {
        match self.script.reaction_at(step) {
            None => Ok(Went::On),
            Some(Reaction::Say(words)) => say(lines, words).await.map(|()| Went::Elsewhere),
            Some(Reaction::Stall) => {
                tokio::io::copy(lines, &mut tokio::io::sink()).await?;
                Err(io::ErrorKind::ConnectionAborted.into())
            }
            Some(Reaction::Drop) => Err(io::ErrorKind::ConnectionAborted.into()),
        }
    }

    async fn next(&self, lines: &mut Lines) -> io::Result<Option<String>> {
        let line = read_line(lines).await?;
        if let Some(line) = &line {
            self.script.hear(line);
        }
        Ok(line)
    }
}

async fn read_line(lines: &mut Lines) -> io::Result<Option<String>> {
    let mut line = String::new();
    let read = lines.read_line(&mut line).await?;
    Ok((read > 0).then(|| line.trim_end_matches(['\r', '\n']).to_owned()))
}

async fn say(lines: &mut Lines, words: &str) -> io::Result<()> {
    let stream = lines.get_mut();
    stream.write_all(format!("{words}\r\n").as_bytes()).await?;
    stream.flush().await
}

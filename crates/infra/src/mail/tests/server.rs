//! A mail server with as much SMTP as these tests need.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader, Lines};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

/// The answers of the server at each step. If one is empty, the server does not answer.
#[derive(Clone)]
pub(super) struct Script {
    pub(super) greeting: &'static str,
    pub(super) ehlo: &'static str,
    pub(super) auth: &'static str,
    pub(super) mail: &'static str,
    pub(super) rcpt: &'static str,
    pub(super) data: &'static str,
    /// After the content; `{}` stands for the first link in it.
    pub(super) end: &'static str,
    pub(super) quit: &'static str,
}

impl Default for Script {
    fn default() -> Self {
        Self {
            greeting: "220 mail.example ESMTP",
            ehlo: "250-mail.example\r\n250-STARTTLS\r\n250 AUTH PLAIN LOGIN",
            auth: "235 welcome",
            mail: "250 ok",
            rcpt: "250 ok",
            data: "354 go on",
            end: "250 queued",
            quit: "221 bye",
        }
    }
}

/// The lines that clients sent.
type Heard = Arc<Mutex<Vec<String>>>;

pub(super) struct Server {
    pub(super) port: u16,
    /// The PEM certificate that the server's certificate for `localhost` is trusted by.
    pub(super) root: String,
    heard: Heard,
    said: Mutex<Option<oneshot::Receiver<usize>>>,
}

trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}

impl<S: AsyncRead + AsyncWrite + Unpin + Send> Stream for S {}

impl Server {
    /// A server without TLS until the client asks for STARTTLS.
    pub(super) async fn start(script: Script) -> Self {
        Self::listen(script, false).await
    }

    /// A server with TLS from the start.
    pub(super) async fn start_encrypted(script: Script) -> Self {
        Self::listen(script, true).await
    }

    async fn listen(script: Script, encrypted: bool) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (acceptor, root) = certified();
        let heard = Heard::default();
        let hears = Arc::clone(&heard);
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let (script, hears) = (script.clone(), Arc::clone(&hears));
                tokio::spawn(serve(stream, encrypted, acceptor.clone(), script, hears));
            }
        });
        Self {
            port,
            root,
            heard,
            said: Mutex::new(None),
        }
    }

    /// A server that sends `words` again and again, and nothing else.
    pub(super) async fn start_endless(words: &'static str) -> Self {
        Self::listen_endless(words, false).await
    }

    /// The same over TLS from the start.
    pub(super) async fn start_endless_encrypted(words: &'static str) -> Self {
        Self::listen_endless(words, true).await
    }

    async fn listen_endless(words: &'static str, encrypted: bool) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (acceptor, root) = certified();
        let (tell, said) = oneshot::channel();
        tokio::spawn(async move {
            let (stream, _) = listener.accept().await.unwrap();
            let mut stream: Box<dyn Stream> = match encrypted {
                true => Box::new(acceptor.accept(stream).await.unwrap()),
                false => Box::new(stream),
            };
            let mut count = 0;
            while stream.write_all(words.as_bytes()).await.is_ok() {
                count += words.len();
            }
            let _ = tell.send(count);
        });
        Self {
            port,
            root,
            heard: Heard::default(),
            said: Mutex::new(Some(said)),
        }
    }

    /// How many bytes an endless server sent until the client hung up.
    pub(super) async fn said(&self) -> usize {
        let said = self.said.lock().unwrap().take();
        said.expect("an endless server").await.unwrap()
    }

    pub(super) fn heard(&self) -> String {
        self.heard.lock().unwrap().join("\n")
    }
}

fn certified() -> (TlsAcceptor, String) {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let root = made.cert.pem();
    let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
    let config = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.into()], key)
        .unwrap();
    (TlsAcceptor::from(Arc::new(config)), root)
}

async fn serve(
    stream: TcpStream,
    encrypted: bool,
    acceptor: TlsAcceptor,
    script: Script,
    heard: Heard,
) -> Option<()> {
    let mut stream: Box<dyn Stream> = if encrypted {
        Box::new(acceptor.accept(stream).await.ok()?)
    } else {
        Box::new(stream)
    };
    say(&mut stream, script.greeting).await?;
    // Ends when the client goes; goes on encrypted after STARTTLS.
    loop {
        let clear = talk(stream, &script, &heard).await?;
        stream = Box::new(acceptor.accept(clear).await.ok()?);
        heard.lock().unwrap().push("(encrypted)".into());
    }
}

/// Talks until the client goes (`None`) or asks for STARTTLS.
async fn talk(stream: Box<dyn Stream>, script: &Script, heard: &Heard) -> Option<Box<dyn Stream>> {
    let mut lines = BufReader::new(stream).lines();
    while let Some(line) = lines.next_line().await.ok()? {
        heard.lock().unwrap().push(line.clone());
        let verb = line.split([' ', ':']).next().unwrap_or_default();
        let answer = match verb {
            "EHLO" => script.ehlo.into(),
            "STARTTLS" => "220 go on".into(),
            "AUTH" => script.auth.into(),
            "MAIL" => script.mail.into(),
            "RCPT" => script.rcpt.into(),
            "QUIT" => script.quit.into(),
            "DATA" => {
                say(lines.get_mut(), script.data).await?;
                let link = hear_content(&mut lines, heard).await?;
                script.end.replace("{}", &link)
            }
            _ => "500 what?".into(),
        };
        say(lines.get_mut(), &answer).await?;
        if verb == "STARTTLS" {
            return Some(lines.into_inner().into_inner());
        }
    }
    None
}

/// Takes a message's content, and answers the first link in it.
async fn hear_content(
    lines: &mut Lines<BufReader<Box<dyn Stream>>>,
    heard: &Heard,
) -> Option<String> {
    let mut link = None;
    loop {
        let line = lines.next_line().await.ok()??;
        if line == "." {
            return Some(link.unwrap_or_default());
        }
        if link.is_none() && line.starts_with("http") {
            link = Some(line.clone());
        }
        heard.lock().unwrap().push(line);
    }
}

async fn say(writer: &mut (impl AsyncWriteExt + Unpin), answer: &str) -> Option<()> {
    if answer.is_empty() {
        return Some(());
    }
    let line = format!("{answer}\r\n");
    writer.write_all(line.as_bytes()).await.ok()?;
    writer.flush().await.ok()
}

//! A mail server on the loopback interface that can refuse, stall and hang up at each step.

mod conversation;
mod script;

use std::path::PathBuf;
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

pub use script::{Reaction, Step, Taken};

use crate::certificates::Certificates;
use crate::deadline::Deadline;
use crate::mail::Mailbox;
use crate::scratch;
use conversation::Host;
use script::Script;

/// How many seconds something may take to happen.
const PATIENCE: u64 = 30;

/// When the server encrypts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encryption {
    /// Never.
    None,
    /// When it is asked to.
    StartTls,
    /// From the start.
    Always,
}

/// A user and the password it has to give.
pub type Credentials = (&'static str, &'static str);

/// A running mail server (RFC 5321, as much as delivery takes). Dropped, it is down.
#[derive(Debug)]
pub struct MailServer {
    port: u16,
    directory: PathBuf,
    encryption: Encryption,
    authority: Option<PathBuf>,
    script: Arc<Script>,
    task: JoinHandle<()>,
}

impl MailServer {
    /// A server on a free port that takes every message from everybody, in clear.
    pub async fn start() -> Self {
        Self::start_on(0).await
    }

    /// The same on this port, where one was before.
    pub async fn start_on(port: u16) -> Self {
        Self::listen(port, Encryption::None, None).await
    }

    /// A server that encrypts, with a certificate for `localhost`, and takes messages of this user alone.
    pub async fn secure(encryption: Encryption, credentials: Credentials) -> Self {
        Self::listen(0, encryption, Some(credentials)).await
    }

    async fn listen(port: u16, encryption: Encryption, credentials: Option<Credentials>) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", port)).await;
        let listener = listener.expect("a port to receive mail on");
        let port = listener.local_addr().expect("a bound port").port();
        let directory = scratch::fresh_directory("mail-server");
        let script = Arc::new(Script::default());
        let (tls, authority) = match encryption {
            Encryption::None => (None, None),
            Encryption::StartTls | Encryption::Always => {
                let certificates = Certificates::create(&scratch::fresh_directory("mail-tls"));
                (Some(acceptor(&certificates)), Some(certificates.authority))
            }
        };
        let host = Host {
            encryption,
            tls,
            credentials,
            directory: directory.clone(),
            script: Arc::clone(&script),
        };
        let task = tokio::spawn(conversation::serve(listener, host));
        Self {
            port,
            directory,
            encryption,
            authority,
            script,
            task,
        }
    }

    /// Where it listens.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The value of `mail.url` without a password.
    pub fn url(&self) -> String {
        self.url_with("")
    }

    /// The value of `mail.url` with `user:password@`.
    pub fn url_with(&self, user: &str) -> String {
        let port = self.port;
        match self.encryption {
            Encryption::None => format!("smtp://{user}127.0.0.1:{port}"),
            Encryption::StartTls => format!("smtp://{user}localhost:{port}?tls=required"),
            Encryption::Always => format!("smtps://{user}localhost:{port}"),
        }
    }

    /// The value of `mail.ca_file`.
    #[track_caller]
    pub fn ca_file(&self) -> &str {
        let authority = self.authority.as_deref().and_then(|path| path.to_str());
        authority.expect("a server that encrypts")
    }

    /// From now on, it reacts like this at this step of every conversation.
    pub fn react(&self, step: Step, reaction: Reaction) {
        self.script.set(step, reaction, u32::MAX);
    }

    /// It reacts like this the next `times` times that a conversation comes to this step.
    pub fn react_times(&self, step: Step, reaction: Reaction, times: u32) {
        self.script.set(step, reaction, times);
    }

    /// From now on it accepts everything again.
    pub fn accept_all(&self) {
        self.script.clear();
    }

    /// How often it has reacted otherwise than by accepting.
    pub fn reactions(&self) -> u32 {
        self.script.reactions()
    }

    /// Waits until it has reacted so often otherwise than by accepting.
    pub async fn until_reactions(&self, count: u32) {
        let deadline = Deadline::in_seconds(PATIENCE);
        while self.reactions() < count {
            assert!(!deadline.is_over(), "{} reactions", self.reactions());
            deadline.step().await;
        }
    }

    /// All lines that clients sent, in the order they came.
    pub fn heard(&self) -> Vec<String> {
        self.script.heard()
    }

    /// The messages that it has accepted after the first `count`, in the order they were taken.
    pub fn taken_after(&self, count: usize) -> Vec<Taken> {
        self.script.taken_after(count)
    }

    /// The messages that it has accepted.
    pub fn mailbox(&self) -> Mailbox {
        Mailbox::in_directory(self.directory.clone())
    }
}

impl Drop for MailServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn acceptor(certificates: &Certificates) -> TlsAcceptor {
    let chain = CertificateDer::from_pem_file(&certificates.certificate).expect("a certificate");
    let key = PrivateKeyDer::from_pem_file(&certificates.key).expect("a key");
    let config = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(vec![chain], key);
    TlsAcceptor::from(Arc::new(config.expect("a certificate with its key")))
}

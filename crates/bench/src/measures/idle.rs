//! The memory of connections without a request: each is opened, has one request answered, and stays open.

use std::future::Future;
use std::net::SocketAddr;
use std::path::Path;
use std::thread;

use actix_web::rt::System;
use azuma_tests::certificates::Certificates;
use azuma_tests::clients::{Http2, shake};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::rustls::version::TLS13;

use super::Measure;
use crate::Outcome;
use crate::bench::Bench;
use crate::database::Database;
use crate::load::get;
use crate::processes::{Launch, Server, azuma, raise_open_files};
use crate::report::{Figure, Findings, Reach, Row, Unit};
use crate::statistics::Series;

pub const MEASURE: Measure = Measure {
    name: "idle",
    about: "memory of 10,000 idle connections",
    run,
};

/// 100 MB.
const MOST_MEBIBYTES: f64 = 95.0;

const ROUNDS: usize = 3;

/// The mebibytes that connections take: right after the last answer, and half a minute later.
#[derive(Default)]
struct Taken {
    at_once: Series,
    idle: Series,
}

fn run(bench: &Bench) -> Outcome<Findings> {
    let count = bench.either(10_000, 500);
    raise_open_files()?;
    let (mut plain, mut tls, mut http2) = (Taken::default(), Taken::default(), Taken::default());
    for _ in bench.rounds().take(ROUNDS) {
        let server = launch(bench, count)?.start()?;
        plain.take(bench, &server, held(count, || to_plain(server.address())))?;
        let (server, made) = serving_tls(bench, count)?;
        let authority = &made.authority;
        tls.take(
            bench,
            &server,
            held(count, || to_tls(server.address(), authority)),
        )?;
    }
    let (server, made) = serving_tls(bench, count)?;
    let authority = &made.authority;
    http2.take(
        bench,
        &server,
        held(count, || to_http2(server.address(), authority)),
    )?;
    let row = |protocol: &str, idle| {
        Row::new(
            format!(
                "anonymous memory of {count} idle connections after one request each, {protocol}"
            ),
            "without them",
            Reach::AtMost(MOST_MEBIBYTES),
            Unit::MoreMebibytes,
            idle,
        )
    };
    let figure = |what: &str, taken| {
        let what = format!("{count} connections, {what}: anonymous memory");
        Figure::new(what, Unit::MoreMebibytes, taken)
    };
    Ok(Findings {
        rows: vec![
            row("HTTP/1.1", plain.idle),
            row("HTTP/1.1 over TLS 1.3", tls.idle),
        ],
        figures: vec![
            figure("HTTP/1.1, right after the last answer", plain.at_once),
            figure(
                "HTTP/1.1 over TLS 1.3, right after the last answer",
                tls.at_once,
            ),
            figure("HTTP/2 over TLS 1.3, idle", http2.idle),
        ],
    })
}

impl Taken {
    /// Measures what connections take while they are open.
    fn take<Connection>(
        &mut self,
        bench: &Bench,
        server: &Server,
        open: impl Future<Output = Outcome<Vec<Connection>>>,
    ) -> Outcome<()> {
        thread::sleep(bench.seconds(3.0, 1.0));
        let before = server.anonymous_memory()?;
        let system = System::new();
        let held = system.block_on(open)?;
        self.at_once.push(server.anonymous_memory()? - before);
        thread::sleep(bench.seconds(30.0, 1.0));
        self.idle.push(server.anonymous_memory()? - before);
        drop(held);
        Ok(())
    }
}

fn launch(bench: &Bench, count: usize) -> Outcome<Launch> {
    let launch = azuma(bench, Database::sqlite(bench)?.url())?;
    Ok(launch
        .set("http.connections_per_client", &count.to_string())
        // No connection ends while others are still being opened.
        .set("http.keep_alive", "10m"))
}

fn serving_tls(bench: &Bench, count: usize) -> Outcome<(Server, Certificates)> {
    let made = Certificates::create(&bench.directory("certificates"));
    let launch = launch(bench, count)?
        .set("http.public_url", "https://localhost")
        .set(
            "http.tls.certificate",
            &made.certificate.display().to_string(),
        )
        .set("http.tls.key", &made.key.display().to_string());
    Ok((launch.start_tls()?, made))
}

/// Opens connections one after another.
async fn held<Connection, Opening>(
    count: usize,
    open: impl Fn() -> Opening,
) -> Outcome<Vec<Connection>>
where
    Opening: Future<Output = Outcome<Connection>>,
{
    let mut held = Vec::with_capacity(count);
    for _ in 0..count {
        held.push(open().await?);
    }
    Ok(held)
}

async fn to_plain(address: SocketAddr) -> Outcome<TcpStream> {
    answered(TcpStream::connect(address).await?).await
}

async fn to_tls(address: SocketAddr, authority: &Path) -> Outcome<impl AsyncRead> {
    answered(shake(address, authority, &TLS13, &[b"http/1.1"]).await?).await
}

async fn to_http2(address: SocketAddr, authority: &Path) -> Outcome<Http2> {
    let connection = Http2::to(address, authority).await;
    let request = http::Request::get("https://localhost/").body("")?;
    match connection.request(request).await.status {
        200 => Ok(connection),
        status => Err(format!("a connection was answered {status}").into()),
    }
}

/// The connection, answered once.
async fn answered<Stream>(mut stream: Stream) -> Outcome<Stream>
where
    Stream: AsyncRead + AsyncWrite + Unpin,
{
    stream.write_all(&get("/", None)).await?;
    let mut answer = [0; 4096];
    let length = stream.read(&mut answer).await?;
    let answer = answer.get(..length).unwrap_or_default();
    match answer.starts_with(b"HTTP/1.1 200 ") {
        true => Ok(stream),
        false => Err("a connection was not answered".into()),
    }
}

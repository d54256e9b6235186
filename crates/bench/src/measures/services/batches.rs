//! A check of many tokens by a service against a check of each by a request of its user, on SQLite.

use std::net::TcpStream;
use std::time::{Duration, Instant};

use crate::Outcome;
use crate::bench::Bench;
use crate::database::{Database, Token, tokens};
use crate::load::exchange_on;
use crate::measures::cost::{Costs, Pace, TURNS};
use crate::processes::{Server, azuma, create_service};
use crate::report::{Figure, Findings, Reach, Row, Unit};
use crate::statistics::Series;

/// The most tokens in one question.
const TOKENS: u32 = 1_000;
const PATIENCE: Duration = Duration::from_secs(30);

pub fn run(bench: &Bench) -> Outcome<Findings> {
    let database = Database::sqlite(bench)?;
    database.insert(0..TOKENS)?;
    let service = create_service(bench, database.url())?;
    let server = azuma(bench, database.url())?.start()?;
    let tokens = tokens(0..TOKENS);
    let request = check(&service, &tokens);
    let (mut singles, mut batches) = (Costs::default(), Series::default());
    for _ in bench.turns(bench.either(TURNS, 1)) {
        singles.measure(bench, &server, &tokens, Pace::FlatOut)?;
        batches.push(cost(bench, &server, &request)?);
    }
    Ok(Findings {
        rows: vec![Row::new(
            format!("`POST /service/check` of {TOKENS} tokens: server CPU time per token"),
            "`GET /user/self`, flat out",
            Reach::AtMost(0.25),
            Unit::Times,
            batches.by(&singles.micros),
        )],
        figures: vec![
            Figure::new(
                "1,000 sessions, flat out: CPU time per request",
                Unit::Microseconds,
                singles.micros,
            ),
            Figure::new(
                "1,000 sessions in one check: CPU time per token",
                Unit::Microseconds,
                batches,
            ),
        ],
    })
}

/// The CPU time of the server for a token, in microseconds.
fn cost(bench: &Bench, server: &Server, request: &[u8]) -> Outcome<f64> {
    let mut stream = TcpStream::connect(server.address())?;
    let mut ask = || match exchange_on(&mut stream, request, PATIENCE)?.status {
        200 => Ok::<_, Box<dyn std::error::Error>>(()),
        status => Err(format!("a check was answered {status}").into()),
    };
    ask()?;
    let (span, before) = (bench.seconds(0.5, 0.2), server.cpu_time()?);
    let (begun, mut asked) = (Instant::now(), 0);
    while begun.elapsed() < span {
        ask()?;
        asked += 1;
    }
    let spent = server.cpu_time()? - before;
    Ok(spent.as_secs_f64() * 1e6 / f64::from(asked * TOKENS))
}

fn check(service: &str, tokens: &[Token]) -> Vec<u8> {
    let texts: Vec<_> = tokens.iter().map(Token::as_str).collect();
    let body = format!(r#"{{"tokens":["{}"]}}"#, texts.join(r#"",""#));
    let length = body.len();
    format!(
        "POST /service/check HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {service}\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
    )
    .into_bytes()
}

//! A collector of traces, which decodes them with OpenTelemetry's own Python classes.

use std::fs::{self, File};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use crate::addresses::free_address;
use crate::certificates::Certificates;
use crate::deadline::Deadline;
use crate::process::{self, Signal};
use crate::scratch;
use crate::server::workspace;

/// A running collector. It is killed when dropped.
#[derive(Debug)]
pub struct TraceCollector {
    process: Child,
    url: String,
    received: PathBuf,
}

impl TraceCollector {
    /// Starts one.
    pub fn start() -> Self {
        Self::start_at(free_address())
    }

    /// Starts one at this address, where nobody listens.
    pub fn start_at(address: SocketAddr) -> Self {
        Self::run(address, format!("http://{address}"), None)
    }

    /// Starts one that speaks HTTPS.
    pub fn start_with(certificates: &Certificates) -> Self {
        let address = free_address();
        let url = format!("https://localhost:{}", address.port());
        Self::run(address, url, Some(certificates))
    }

    fn run(address: SocketAddr, url: String, certificates: Option<&Certificates>) -> Self {
        let home = scratch::fresh_directory("collector");
        let (program, received) = (home.join("collector.py"), home.join("received"));
        fs::write(&program, include_str!("trace_collector.py")).expect("a writable directory");
        let output = File::create(&received).expect("a writable directory");
        let mut command = Command::new(workspace().join("target/opentelemetry/bin/python3"));
        command.arg(program).arg(address.port().to_string());
        if let Some(certificates) = certificates {
            command.args([&certificates.certificate, &certificates.key]);
        }
        command
            .stdin(Stdio::null())
            .stdout(output)
            .stderr(Stdio::null());
        let process = process::spawn(command, Signal::Kill);
        let mut process = process.unwrap_or_else(|error| {
            panic!("cannot run the collector, which scripts/install installs: {error}")
        });
        process::wait_until_it_listens("the collector", &mut process, address);
        Self {
            process,
            url,
            received,
        }
    }

    /// What servers are told about it.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The spans so far.
    pub fn spans(&self) -> Vec<Value> {
        let received = fs::read_to_string(&self.received).expect("a file");
        let lines = received.lines();
        lines
            .filter_map(|line| serde_json::from_str(line).ok())
            .collect()
    }

    /// The span of the request with this id, once it has come.
    pub async fn span_of(&self, request_id: &str) -> Value {
        let deadline = Deadline::in_seconds(30);
        loop {
            let spans = self.spans();
            let mut found = spans
                .iter()
                .filter(|span| span["attributes"]["azuma.request_id"] == request_id);
            if let Some(span) = found.next() {
                assert_eq!(found.next(), None, "two spans of {request_id}");
                return span.clone();
            }
            assert!(!deadline.is_over(), "no {request_id} in {spans:#?}");
            deadline.step().await;
        }
    }
}

impl Drop for TraceCollector {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

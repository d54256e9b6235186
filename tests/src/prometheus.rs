//! A Prometheus server that scrapes a server, and the addresses of what it scrapes.

use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use crate::addresses::free_address;
use crate::deadline::Deadline;
use crate::process::{self, Signal};
use crate::scratch;
use crate::server::Server;

/// Where a server serves its metrics, as its log says.
pub fn metrics_address(server: &Server) -> SocketAddr {
    let output = server.output();
    let (_, rest) = output
        .split_once("metrics are at http://")
        .unwrap_or_else(|| panic!("no address of metrics in: {output}"));
    let (address, _) = rest.split_once("/metrics").expect("a path");
    address.parse().expect("an address")
}

/// A running Prometheus. It is killed when dropped.
#[derive(Debug)]
pub struct Prometheus {
    process: Child,
    address: SocketAddr,
}

impl Prometheus {
    /// Starts one that scrapes these targets each second as the job `azuma`, and reads these rules.
    pub fn scraping(targets: &[SocketAddr], rules: &Path) -> Self {
        let address = free_address();
        let home = scratch::fresh_directory("prometheus");
        let targets: Vec<String> = targets
            .iter()
            .map(|target| format!("\"{target}\""))
            .collect();
        let configuration = format!(
            "global: {{scrape_interval: 1s, evaluation_interval: 1s}}\n\
             rule_files: [\"{}\"]\n\
             scrape_configs:\n- job_name: azuma\n  static_configs:\n  - targets: [{}]\n",
            rules.display(),
            targets.join(", ")
        );
        let file = home.join("prometheus.yml");
        fs::write(&file, configuration).expect("a writable directory");
        let mut command = Command::new("prometheus");
        command
            .arg(format!("--config.file={}", file.display()))
            .arg(format!(
                "--storage.tsdb.path={}",
                home.join("data").display()
            ))
            .arg(format!("--web.listen-address={address}"))
            .stdin(Stdio::null())
            .stderr(Stdio::null());
        let process = process::spawn(command, Signal::Kill);
        let process = process.unwrap_or_else(|error| panic!("cannot run prometheus: {error}"));
        Self { process, address }
    }

    /// What it answers to a query, once that is something.
    pub async fn answer(&self, query: &str) -> Vec<Value> {
        let deadline = Deadline::in_seconds(60);
        loop {
            let said = self.ask(&format!("query?query={}", encoded(query))).await;
            assert_ne!(said["status"], "error", "{query}: {said}");
            match said["data"]["result"].as_array() {
                Some(found) if !found.is_empty() => return found.clone(),
                _ => {}
            }
            assert!(!deadline.is_over(), "no answer to {query}: {said}");
            deadline.step().await;
        }
    }

    /// The rules that it has read.
    pub async fn rules(&self) -> Vec<Value> {
        let said = self.ask("rules").await;
        let groups = said["data"]["groups"].as_array().expect("groups");
        let rules = groups.iter().filter_map(|group| group["rules"].as_array());
        rules.flatten().cloned().collect()
    }

    /// What it says of a path of its API; `null` while it does not answer.
    async fn ask(&self, path: &str) -> Value {
        let url = format!("http://{}/api/v1/{path}", self.address);
        match reqwest::get(url).await {
            Ok(answer) => answer.json().await.unwrap_or_default(),
            Err(_) => Value::Null,
        }
    }
}

fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02x}")).collect()
}

impl Drop for Prometheus {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

//! nginx before two nodes, as `packaging/compose/nginx.conf` configures it.

use std::collections::BTreeSet;
use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use crate::addresses::free_address;
use crate::deadline::Deadline;
use crate::process::{self, Signal};
use crate::scratch;
use crate::server::workspace;

/// A running nginx that shares requests out among two nodes. It is stopped when dropped.
#[derive(Debug)]
pub struct Balancer {
    process: Child,
    address: SocketAddr,
    nodes: [SocketAddr; 2],
    home: PathBuf,
}

impl Balancer {
    /// Starts nginx before the nodes at these addresses.
    pub fn before(nodes: [SocketAddr; 2]) -> Self {
        let address = free_address();
        let home = scratch::fresh_directory("balancer");
        let file = home.join("nginx.conf");
        fs::write(&file, configuration(&home, address, nodes)).expect("a writable directory");
        let mut command = Command::new("/usr/sbin/nginx");
        command
            .args(["-g", "daemon off;", "-e", "stderr", "-c"])
            .arg(file)
            .stdin(Stdio::null());
        // Killed, it would leave its workers behind.
        let process = process::spawn(command, Signal::Terminate);
        let mut process = process.unwrap_or_else(|error| panic!("cannot run nginx: {error}"));
        process::wait_until_it_listens("nginx", &mut process, address);
        Self {
            process,
            address,
            nodes,
            home,
        }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Sends a node no more requests, and waits until none is on its way to it.
    pub async fn take_out(&self, node: SocketAddr) {
        let configuration = configuration(&self.home, self.address, self.nodes);
        let taken_out = replaced(
            &configuration,
            &format!("server {node} "),
            &format!("server {node} down "),
        );
        self.reload(&taken_out).await;
    }

    /// Sends all nodes requests again, and waits until this one has answered some.
    pub async fn put_back(&self, node: SocketAddr) {
        let configuration = configuration(&self.home, self.address, self.nodes);
        let before = self.answered_by(node);
        self.reload(&configuration).await;
        let deadline = Deadline::in_seconds(40);
        while self.answered_by(node) < before + 20 {
            assert!(!deadline.is_over(), "{node} gets no requests");
            deadline.step().await;
        }
    }

    /// How many requests a node has answered.
    fn answered_by(&self, node: SocketAddr) -> usize {
        let log = fs::read_to_string(self.home.join("access.log")).expect("a log");
        let node = node.to_string();
        log.lines().filter(|line| *line == node).count()
    }

    async fn reload(&self, configuration: &str) {
        fs::write(self.home.join("nginx.conf"), configuration).expect("a writable directory");
        let former = self.workers();
        process::send(&self.process, Signal::HangUp);
        let deadline = Deadline::in_seconds(40);
        while self.workers().is_subset(&former) || !self.workers().is_disjoint(&former) {
            assert!(
                !deadline.is_over(),
                "the former workers of nginx do not end"
            );
            deadline.step().await;
        }
    }

    /// The ids of its worker processes.
    fn workers(&self) -> BTreeSet<String> {
        let id = self.process.id();
        let children = fs::read_to_string(format!("/proc/{id}/task/{id}/children"));
        let children = children.expect("nginx runs");
        children.split_whitespace().map(str::to_owned).collect()
    }
}

impl Drop for Balancer {
    fn drop(&mut self) {
        process::send(&self.process, Signal::Terminate);
        let _ = self.process.wait();
    }
}

/// The file that the compose file mounts, but for what only its containers have. It names the node of each request in a
/// log, and closes the connections of clients: a reload would close idle ones that a client may just have used.
fn configuration(home: &Path, address: SocketAddr, nodes: [SocketAddr; 2]) -> String {
    let file = workspace().join("packaging/compose/nginx.conf");
    let mut text = fs::read_to_string(file).expect("the configuration of nginx");
    let [first, second] = nodes;
    let home = home.display();
    for (from, to) in [
        ("server node-1:8080 ", format!("server {first} ")),
        ("server node-2:8080 ", format!("server {second} ")),
        ("pid /run/nginx.pid;", format!("pid {home}/pid;")),
        (
            "access_log off;",
            format!("log_format node $upstream_addr; access_log {home}/access.log node;"),
        ),
        (
            "listen 80;",
            format!("listen {address}; keepalive_timeout 0;"),
        ),
    ] {
        text = replaced(&text, from, &to);
    }
    text
}

/// The text with `to` in place of `from`, which is there once.
fn replaced(text: &str, from: &str, to: &str) -> String {
    assert_eq!(text.matches(from).count(), 1, "{from:?} in {text}");
    text.replace(from, to)
}

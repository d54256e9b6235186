//! An ACME server: Debian's `pebble`, which proves names at a port of its own choice.

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use crate::addresses::free_address;
use crate::certificates::Certificates;
use crate::process::{self, Signal};
use crate::scratch;

/// A running ACME server. It is killed when dropped.
#[derive(Debug)]
pub struct AcmeServer {
    process: Child,
    home: PathBuf,
    certificates: Certificates,
    address: SocketAddr,
    management: SocketAddr,
}

impl AcmeServer {
    /// Starts one that looks for names at this port.
    pub fn proving_at(port: u16) -> Self {
        let home = scratch::fresh_directory("pebble");
        let certificates = Certificates::create(&home);
        let (address, management) = (free_address(), free_address());
        let configuration = serde_json::json!({"pebble": {
            "listenAddress": address,
            "managementListenAddress": management,
            "certificate": certificates.certificate,
            "privateKey": certificates.key,
            "httpPort": 1,
            "tlsPort": port,
        }});
        let file = home.join("pebble.json");
        fs::write(&file, configuration.to_string()).expect("a writable directory");
        let mut command = Command::new("pebble");
        command.arg("-config").arg(&file);
        // It would wait before it looks, and refuse a share of valid nonces.
        command
            .env("PEBBLE_VA_NOSLEEP", "1")
            .env("PEBBLE_WFE_NONCEREJECT", "0")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let process = process::spawn(command, Signal::Kill);
        let mut process = process.unwrap_or_else(|error| panic!("cannot run pebble: {error}"));
        process::wait_until_it_listens("pebble", &mut process, address);
        Self {
            process,
            home,
            certificates,
            address,
            management,
        }
    }

    /// The URL of its directory.
    pub fn directory(&self) -> String {
        format!("https://localhost:{}/dir", self.address.port())
    }

    /// The certificate of the authority of its own certificate.
    pub fn authority(&self) -> &Path {
        &self.certificates.authority
    }

    /// The certificate of the authority that it issues certificates with.
    pub fn issuer(&self) -> PathBuf {
        let url = format!("https://localhost:{}/roots/0", self.management.port());
        let issuer = self.home.join("issuer.pem");
        let fetched = Command::new("curl")
            .args(["--silent", "--show-error", "--fail", "--cacert"])
            .arg(self.authority())
            .arg("--output")
            .args([issuer.as_os_str(), url.as_ref()])
            .status();
        assert!(fetched.expect("curl").success(), "pebble has no issuer");
        issuer
    }
}

impl Drop for AcmeServer {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

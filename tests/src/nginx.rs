//! nginx in front of a server.

use std::fmt::Display;
use std::fs;
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};

use crate::addresses::free_address;
use crate::process::{self, Signal};
use crate::scratch;

/// A running nginx. It is killed when dropped.
#[derive(Debug)]
pub struct Nginx {
    process: Child,
    address: SocketAddr,
}

impl Nginx {
    /// Starts nginx as a proxy of a server, which is at an address or at `unix:` and a path, with these directives
    /// besides `proxy_pass`.
    pub fn before(server: impl Display, directives: &str) -> Self {
        let address = free_address();
        let site = format!(
            "upstream azuma {{ server {server}; keepalive 8; }}
             server {{
                 listen {address};
                 location / {{ proxy_pass http://azuma; {directives} }}
             }}"
        );
        Self::with(&site, address)
    }

    /// Starts nginx with these sites, one of which listens at the address.
    pub fn with(sites: &str, address: SocketAddr) -> Self {
        let home = scratch::fresh_directory("nginx");
        let home = home.display();
        let configuration = format!(
            "daemon off; master_process off; pid {home}/pid; error_log {home}/error.log;
             events {{}}
             http {{
                 access_log off;
                 client_body_temp_path {home}/a; proxy_temp_path {home}/b; fastcgi_temp_path {home}/c;
                 uwsgi_temp_path {home}/d; scgi_temp_path {home}/e;
                 {sites}
             }}"
        );
        let file = format!("{home}/nginx.conf");
        fs::write(&file, configuration).expect("a writable directory");
        let mut command = Command::new("/usr/sbin/nginx");
        command
            .args(["-e", "stderr", "-p", &home.to_string(), "-c", &file])
            .stdin(Stdio::null());
        let process = process::spawn(command, Signal::Kill);
        let mut process = process.unwrap_or_else(|error| panic!("cannot run nginx: {error}"));
        process::wait_until_it_listens("nginx", &mut process, address);
        Self { process, address }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

//! Runs of the binary whose output goes to a file or pipe of the test.

use std::net::{SocketAddr, TcpStream};
use std::os::fd::OwnedFd;
use std::process::{Child, Command, ExitStatus, Stdio};

use super::finished;
use crate::deadline::Deadline;
use crate::process::{self, Signal};

/// Starts a server that prints to `output` and waits until it listens on `address`.
///
/// # Errors
///
/// How it ended before it did.
pub(super) fn launch(
    command: Command,
    address: SocketAddr,
    output: &OwnedFd,
) -> Result<Child, String> {
    let mut process = spawn(command, output);
    let deadline = Deadline::in_seconds(60);
    while TcpStream::connect(address).is_err() {
        if let Ok(Some(status)) = process.try_wait() {
            return Err(format!("the server ended before it listened: {status}"));
        }
        if deadline.is_over() {
            let _ = process.kill();
            let _ = process.wait();
            panic!("the server does not listen");
        }
        deadline.step_blocking();
    }
    Ok(process)
}

/// Runs a command that prints to `output` until it ends by itself.
pub(super) fn run(command: Command, output: &OwnedFd) -> ExitStatus {
    let mut process = spawn(command, output);
    finished::end_of(&mut process).unwrap_or_else(|| panic!("azuma does not end"))
}

fn spawn(mut command: Command, output: &OwnedFd) -> Child {
    let stream = || Stdio::from(output.try_clone().expect("another file descriptor"));
    command
        .stdin(Stdio::null())
        .stdout(stream())
        .stderr(stream());
    process::spawn(command, Signal::Kill)
        .unwrap_or_else(|error| panic!("cannot run azuma: {error}"))
}

//! A run of the binary that ends by itself.

use std::io::{Read, Write};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;

use crate::deadline::Deadline;
use crate::process::{self, Signal};

/// How many seconds a command may take.
const PATIENCE: u64 = 60;

/// What a command left behind.
#[derive(Debug)]
pub struct Finished {
    /// How it ended.
    pub status: ExitStatus,
    /// What it printed on standard output.
    pub stdout: String,
    /// What it printed on standard error.
    pub stderr: String,
}

impl Finished {
    pub(super) fn of(mut command: Command, action: impl FnOnce(&Child)) -> Self {
        command.stdin(Stdio::null());
        Self::end(launch(command), action)
    }

    /// What a command leaves behind that reads this text from its standard input.
    pub(super) fn of_reading(mut command: Command, input: &str) -> Self {
        command.stdin(Stdio::piped());
        let mut child = launch(command);
        if let Some(mut stdin) = child.stdin.take() {
            // One that ends without reading it says why.
            let _ = stdin.write_all(input.as_bytes());
        }
        Self::end(child, |_| {})
    }

    fn end(mut child: Child, action: impl FnOnce(&Child)) -> Self {
        let stdout = read(child.stdout.take());
        let stderr = read(child.stderr.take());
        action(&child);
        let status = end_of(&mut child);
        let stdout = stdout.join().unwrap_or_default();
        let stderr = stderr.join().unwrap_or_default();
        let status = status.unwrap_or_else(|| panic!("azuma does not end:\n{stdout}\n{stderr}"));
        Self {
            status,
            stdout,
            stderr,
        }
    }

    /// Its standard output; it must have succeeded.
    #[track_caller]
    pub fn success(&self) -> &str {
        assert!(self.status.success(), "azuma failed: {}", self.stderr);
        &self.stdout
    }

    /// The token of a service that it has printed.
    #[track_caller]
    pub fn token(&self) -> &str {
        let mut words = self.success().split_whitespace();
        let token = words.find(|word| word.starts_with("azs_"));
        token.unwrap_or_else(|| panic!("no token in {}", self.stdout))
    }

    /// The one sentence it failed with: on standard error, with a status of its own and no sign of a panic.
    #[track_caller]
    pub fn complaint(&self) -> &str {
        assert!(
            self.status
                .code()
                .is_some_and(|code| code != 0 && code != 101),
            "expected an orderly failure, got {}: {}",
            self.status,
            self.stderr
        );
        let said = self.stderr.trim();
        for sign in ["panicked", "RUST_BACKTRACE", "stack backtrace"] {
            assert!(!said.contains(sign), "a panic: {said}");
        }
        assert_eq!(said.lines().count(), 1, "one sentence, not: {said}");
        said
    }
}

fn launch(mut command: Command) -> Child {
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    process::spawn(command, Signal::Kill)
        .unwrap_or_else(|error| panic!("cannot run azuma: {error}"))
}

/// Waits until a command ends by itself; one that does not is killed.
pub(super) fn end_of(child: &mut Child) -> Option<ExitStatus> {
    let deadline = Deadline::in_seconds(PATIENCE);
    loop {
        if let Ok(Some(status)) = child.try_wait() {
            return Some(status);
        }
        if deadline.is_over() {
            let _ = child.kill();
            let _ = child.wait();
            return None;
        }
        deadline.step_blocking();
    }
}

fn read(stream: Option<impl Read + Send + 'static>) -> thread::JoinHandle<String> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(mut stream) = stream {
            // A stream that breaks has told what it could.
            let _ = stream.read_to_end(&mut bytes);
        }
        String::from_utf8_lossy(&bytes).into_owned()
    })
}

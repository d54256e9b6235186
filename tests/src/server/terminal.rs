//! Runs of the binary on a terminal, which `script` (bsdutils) makes.

use std::io::{Read, Write};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use super::Finished;
use super::finished::end_of;
use crate::deadline::Deadline;
use crate::process::{self, Signal};

/// What the terminal shows so far.
type Screen = Arc<Mutex<String>>;

/// Runs a command until it ends by itself. Each line is typed once the text before it is shown.
pub(super) fn run(command: &Command, typed: &[(&str, &str)]) -> Finished {
    let mut child = process::spawn(on_a_terminal(command), Signal::Kill)
        .unwrap_or_else(|error| panic!("cannot run script: {error}"));
    let screen = Screen::default();
    let output = child.stdout.take();
    let shown = Arc::clone(&screen);
    let reader = thread::spawn(move || show(output, &shown));
    let mut keyboard = child.stdin.take();
    let mut seen = 0;
    for (prompt, line) in typed {
        seen = wait_for(prompt, seen, &screen);
        if let Some(keyboard) = &mut keyboard {
            writeln!(keyboard, "{line}").expect("a terminal");
        }
    }
    let status = end_of(&mut child);
    let _ = reader.join();
    let stdout = look(&screen);
    Finished {
        status: status.unwrap_or_else(|| panic!("azuma does not end: {stdout}")),
        stdout,
        stderr: String::new(),
    }
}

fn on_a_terminal(command: &Command) -> Command {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    let words: Vec<_> = words
        .map(|word| format!("'{}'", word.to_string_lossy().replace('\'', r"'\''")))
        .collect();
    let mut script = Command::new("script");
    script
        .args([
            "--quiet",
            "--return",
            "--command",
            &words.join(" "),
            "/dev/null",
        ])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => script.env(name, value),
            None => script.env_remove(name),
        };
    }
    if let Some(home) = command.get_current_dir() {
        script.current_dir(home);
    }
    script
}

fn show(output: Option<impl Read>, screen: &Screen) {
    let mut bytes = [0; 1024];
    let Some(mut output) = output else {
        return;
    };
    while let Ok(read @ 1..) = output.read(&mut bytes) {
        let text = String::from_utf8_lossy(&bytes[..read]);
        screen.lock().expect("a screen").push_str(&text);
    }
}

fn look(screen: &Screen) -> String {
    screen
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .clone()
}

/// Waits until the text is shown after what was seen before, and returns where it ends.
fn wait_for(text: &str, seen: usize, screen: &Screen) -> usize {
    let deadline = Deadline::in_seconds(30);
    loop {
        let shown = look(screen);
        if let Some(place) = shown[seen..].find(text) {
            return seen + place + text.len();
        }
        assert!(!deadline.is_over(), "{text} is not shown: {shown}");
        deadline.step_blocking();
    }
}

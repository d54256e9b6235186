//! `azuma copy`: copies a database to another one.

use std::error::Error;
use std::fmt::Write as _;
use std::io::{IsTerminal, Write, stderr};
use std::mem;

use super::print;
use crate::cli::CopyTask;
use crate::wiring::{self, CopiedDatabase, Copy, Progress, Stage};

/// How many characters the bar has.
const WIDTH: u64 = 30;

/// Copies the database, or gives up doing so.
pub fn run(task: &CopyTask) -> Result<(), Box<dyn Error>> {
    let mut shown = Shown::on_standard_error();
    let copied = wiring::copy_database(task, |progress| shown.tell(progress));
    shown.end();
    Ok(print(&text_of(&copied?))?)
}

fn text_of(copy: &Copy) -> String {
    let mut text = String::new();
    match copy {
        Copy::Offline(copied) => {
            add_rows(&mut text, copied);
            text.push_str(
                "start servers on the copy only: what servers write to the source from now on is not in the copy, and they would \
                 send its waiting mail a second time\n",
            );
        }
        Copy::Live {
            copied,
            followed,
            stood,
        } => {
            add_rows(&mut text, copied);
            let _ = writeln!(
                text,
                "rows that changed meanwhile, were copied after that and compared: {followed}\n\
                 the source is closed, and its servers answer 503; before that they could not write for {} ms",
                stood.as_millis()
            );
            text.push_str("start servers on the copy\n");
        }
        Copy::Opened { key } => {
            let _ = writeln!(
                text,
                "everything was copied and the source closed by an earlier call; the copy is now open\n{key}\n\
                 start servers on the copy"
            );
        }
        Copy::Abandoned => text.push_str(
            "given up: the source is as it was; delete what was copied, which no server works with\n",
        ),
    }
    text
}

fn add_rows(text: &mut String, copied: &CopiedDatabase) {
    text.push_str("copied, read back and found equal:\n");
    for (table, rows) in &copied.tables {
        let _ = writeln!(text, "  {table}: {rows}");
    }
    for table in &copied.left {
        let _ = writeln!(
            text,
            "not copied: the table {table}, which is not Azuma's own"
        );
    }
    let _ = writeln!(text, "{}", copied.key);
}

/// How progress is shown.
enum Shown {
    /// A line that is written over, for a person.
    Bar { last: String },
    /// A line for each tenth, for a file.
    Lines { last: Option<(Stage, u64)> },
}

impl Shown {
    fn on_standard_error() -> Self {
        match stderr().is_terminal() {
            true => Self::Bar {
                last: String::new(),
            },
            false => Self::Lines { last: None },
        }
    }

    /// If it cannot be written, there is no other place for it.
    fn tell(&mut self, progress: Progress) {
        let Progress {
            stage,
            table,
            done,
            total,
        } = progress;
        let verb = match stage {
            Stage::Copying => "copying",
            Stage::Verifying => "verifying",
        };
        let of = |parts: u64| done.saturating_mul(parts) / total.max(1);
        match self {
            Self::Bar { last } => {
                let full = usize::try_from(of(WIDTH).min(WIDTH)).unwrap_or(0);
                let empty = usize::try_from(WIDTH).unwrap_or(0).saturating_sub(full);
                let bar = format!("{}{}", "#".repeat(full), ".".repeat(empty));
                let line = format!("{verb} [{bar}] {:3}% {table}", of(100).min(100));
                if line != mem::replace(last, line.clone()) {
                    let _ = write!(stderr(), "\r\u{1b}[K{line}");
                }
            }
            Self::Lines { last } => {
                let now = Some((stage, of(10)));
                if mem::replace(last, now) != now {
                    let _ = writeln!(stderr(), "azuma: {verb}: {done} of {total} rows ({table})");
                }
            }
        }
    }

    fn end(&self) {
        match self {
            Self::Bar { last } if !last.is_empty() => {
                let _ = writeln!(stderr());
            }
            Self::Bar { .. } | Self::Lines { .. } => {}
        }
    }
}

//! Log lines on their way to standard output.
//!
//! Whoever logs leaves a line here and goes on; one thread writes. So a pipe that nobody reads, a full disk and a reader
//! that has gone cost lines, and nobody's time.

use std::io::{self, ErrorKind, Write};
use std::mem::{replace, swap};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

/// How many bytes wait to be written at the most: some thousands of lines.
const MOST_WAITING: usize = 1024 * 1024;
/// How long an output rests that does not block and takes nothing at the moment.
const REST: Duration = Duration::from_millis(10);

/// Whole lines that wait for the thread that writes them.
#[derive(Default)]
pub(super) struct LogQueue {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    waiting: Vec<u8>,
    is_writing: bool,
    /// How many lines found no room or could not be written, since the start.
    lost: usize,
    /// How many of them the log tells of.
    told: usize,
}

impl LogQueue {
    /// Starts the thread that writes to `output`. It ends with the process.
    pub(super) fn start(output: impl Write + Send + 'static) -> io::Result<Arc<Self>> {
        let queue = Arc::new(Self::default());
        let on_thread = Arc::clone(&queue);
        thread::Builder::new()
            .name("log".to_owned())
            .spawn(move || on_thread.write_to(output))?;
        Ok(queue)
    }

    /// Waits until all lines are written, or have turned out to be lost, for so long at the most.
    pub(super) fn wait_until_written(&self, longest: Duration) {
        let is_busy = |state: &mut State| state.is_writing || !state.waiting.is_empty();
        let waited = (self.changed).wait_timeout_while(self.lock(), longest, is_busy);
        drop(waited);
    }

    fn write_to(&self, mut output: impl Write) {
        let mut lines = Vec::new();
        let mut is_torn = false;
        loop {
            self.take(&mut lines);
            // A line that was written in part gets an end, so that it does not spoil the next one.
            let may_begin = !is_torn || write_some(&mut output, b"\n") == 1;
            let written = if may_begin {
                write_some(&mut output, &lines)
            } else {
                0
            };
            let (done, rest) = lines.split_at(written);
            if may_begin {
                is_torn = !rest.is_empty() && done.last().is_some_and(|byte| *byte != b'\n');
            }
            self.note(rest);
            lines.clear();
        }
    }

    /// Waits for lines and takes them all.
    fn take(&self, lines: &mut Vec<u8>) {
        let waited = (self.changed).wait_while(self.lock(), |state| state.waiting.is_empty());
        let mut state = waited.unwrap_or_else(PoisonError::into_inner);
        swap(&mut state.waiting, lines);
        state.is_writing = true;
    }

    /// Notes that lines were written but for these, and tells of lost ones as soon as lines can be written.
    fn note(&self, not_written: &[u8]) {
        let mut state = self.lock();
        state.lost += lines_in(not_written);
        let lost = state.lost;
        if not_written.is_empty() && replace(&mut state.told, lost) != lost {
            // It comes back here as a line, for which there may be no room either; then it is one more to tell of.
            drop(state);
            tracing::warn!(
                lost,
                "log lines were lost since the server started: they could not be written, or not as fast as they came"
            );
            state = self.lock();
        }
        state.is_writing = false;
        drop(state);
        self.changed.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing in there panics half way.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Write for &LogQueue {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let mut state = self.lock();
        if state.waiting.len() + line.len() > MOST_WAITING {
            state.lost += lines_in(line);
        } else {
            state.waiting.extend_from_slice(line);
            drop(state);
            self.changed.notify_all();
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn lines_in(text: &[u8]) -> usize {
    text.iter().filter(|byte| **byte == b'\n').count()
}

/// Writes text until there is no more or writing fails, and answers how many bytes were written.
fn write_some(output: &mut impl Write, text: &[u8]) -> usize {
    let mut written = 0;
    while let Some(rest) = text.get(written..).filter(|rest| !rest.is_empty()) {
        match output.write(rest) {
            Ok(0) => break,
            Ok(length) => written += length,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) if error.kind() == ErrorKind::WouldBlock => thread::sleep(REST),
            Err(_) => break,
        }
    }
    written.min(text.len())
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{Receiver, Sender, channel};

    use tracing::subscriber::with_default;
    use tracing_subscriber::fmt;

    use super::*;

    const LONG: Duration = Duration::from_secs(10);

    /// An output that answers each write as a test says, and keeps what it took.
    struct Scripted {
        reactions: Receiver<io::Result<usize>>,
        taken: Arc<Mutex<Vec<u8>>>,
    }

    impl Write for Scripted {
        fn write(&mut self, text: &[u8]) -> io::Result<usize> {
            // A test that is over wants nothing any more.
            let most = self.reactions.recv().unwrap_or(Ok(usize::MAX))?;
            let length = most.min(text.len());
            self.taken
                .lock()
                .unwrap()
                .extend_from_slice(&text[..length]);
            Ok(length)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    struct Scene {
        queue: Arc<LogQueue>,
        reactions: Sender<io::Result<usize>>,
        taken: Arc<Mutex<Vec<u8>>>,
    }

    fn scene() -> Scene {
        let (reactions, script) = channel();
        let taken = Arc::default();
        let output = Scripted {
            reactions: script,
            taken: Arc::clone(&taken),
        };
        Scene {
            queue: LogQueue::start(output).unwrap(),
            reactions,
            taken,
        }
    }

    impl Scene {
        fn log(&self, line: &str) {
            assert_eq!((&*self.queue).write(line.as_bytes()).unwrap(), line.len());
        }

        fn react(&self, reaction: io::Result<usize>) {
            self.reactions.send(reaction).unwrap();
        }

        fn settle(&self) {
            self.queue.wait_until_written(LONG);
        }

        fn taken(&self) -> String {
            String::from_utf8(self.taken.lock().unwrap().clone()).unwrap()
        }

        fn lost(&self) -> usize {
            self.queue.lock().lost
        }

        /// Waits until the thread has taken what waits and is held up by the output.
        fn wait_until_writing(&self) {
            while !self.queue.lock().is_writing {
                thread::yield_now();
            }
        }
    }

    #[test]
    fn lines_are_written_in_order_however_little_is_taken_at_once() {
        let scene = scene();
        for most in [1, 2, 100, 100, 100] {
            scene.react(Ok(most));
        }
        scene.log("one\n");
        scene.log("two\n");
        scene.settle();
        assert_eq!(scene.taken(), "one\ntwo\n");
    }

    #[test]
    fn an_interruption_or_an_output_that_does_not_block_loses_nothing() {
        let scene = scene();
        scene.react(Err(ErrorKind::Interrupted.into()));
        scene.react(Err(ErrorKind::WouldBlock.into()));
        scene.react(Ok(100));
        scene.log("one\n");
        scene.settle();
        assert_eq!((scene.taken().as_str(), scene.lost()), ("one\n", 0));
    }

    #[test]
    fn an_output_that_stands_still_holds_up_nobody_and_costs_what_has_no_room() {
        let scene = scene();
        scene.log("first\n");
        scene.wait_until_writing();
        let line = "x".repeat(1023) + "\n";
        for _ in 0..2 * MOST_WAITING / line.len() {
            scene.log(&line);
        }
        assert_eq!(scene.lost(), MOST_WAITING / line.len());
        scene.queue.wait_until_written(Duration::ZERO);
    }

    #[test]
    fn what_cannot_be_written_is_counted_and_a_torn_line_is_ended() {
        let scene = scene();
        scene.react(Ok(2));
        scene.react(Err(ErrorKind::StorageFull.into()));
        scene.log("torn\n");
        scene.settle();
        assert_eq!(scene.lost(), 1);
        // Not even the end of the torn one.
        scene.react(Err(ErrorKind::StorageFull.into()));
        scene.log("whole\n");
        scene.settle();
        assert_eq!(scene.lost(), 2);
        scene.react(Ok(100));
        scene.react(Ok(100));
        scene.log("next\n");
        scene.settle();
        assert_eq!(scene.taken(), "to\nnext\n");
    }

    #[test]
    fn lost_lines_are_told_of_once_lines_can_be_written() {
        let queue = Arc::new(LogQueue::default());
        let lines = fmt()
            .with_writer(Arc::clone(&queue))
            .with_ansi(false)
            .finish();
        with_default(lines, || {
            queue.note(b"lost\nlost\n");
            assert!(queue.lock().waiting.is_empty());
            queue.note(b"");
            queue.note(b"");
        });
        let told = String::from_utf8(queue.lock().waiting.clone()).unwrap();
        assert_eq!(told.lines().count(), 1, "{told}");
        assert!(told.contains("lost=2"), "{told}");
    }
}

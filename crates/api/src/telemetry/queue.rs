//! The queue of log lines for standard output.
//!
//! Threads that log add a line to the queue and go on; one thread writes. So a pipe that nobody reads, a full disk or a
//! closed pipe loses lines but never delays a request.

use std::io::{self, ErrorKind, Write};
use std::mem::{replace, swap};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

/// The most bytes in the queue: some thousands of lines.
const MOST_WAITING: usize = 1024 * 1024;
/// The pause before another write to a non-blocking output that accepts nothing at the moment.
const REST: Duration = Duration::from_millis(10);

/// Whole lines that wait to be written.
#[derive(Default)]
pub(super) struct LogQueue {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    waiting: Vec<u8>,
    is_writing: bool,
    /// How many lines were dropped or could not be written, since the start.
    lost: usize,
    /// How many of the lost lines the log has reported.
    reported: usize,
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

    /// Waits until every line is written or lost, at most `timeout`.
    pub(super) fn wait_until_written(&self, timeout: Duration) {
        let is_busy = |state: &mut State| state.is_writing || !state.waiting.is_empty();
        let waited = (self.changed).wait_timeout_while(self.lock(), timeout, is_busy);
        drop(waited);
    }

    /// How many lines were lost since the start.
    pub(super) fn lost(&self) -> u64 {
        u64::try_from(self.lock().lost).unwrap_or(u64::MAX)
    }

    fn write_to(&self, mut output: impl Write) {
        let mut lines = Vec::new();
        let mut is_torn = false;
        loop {
            self.take(&mut lines);
            // Ends a partly written line, so that the next line starts on its own.
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

    /// Waits for lines and takes all of them.
    fn take(&self, lines: &mut Vec<u8>) {
        let waited = (self.changed).wait_while(self.lock(), |state| state.waiting.is_empty());
        let mut state = waited.unwrap_or_else(PoisonError::into_inner);
        swap(&mut state.waiting, lines);
        state.is_writing = true;
    }

    /// Counts the lines that could not be written, and reports lost lines once a write succeeds.
    fn note(&self, not_written: &[u8]) {
        let mut state = self.lock();
        state.lost += lines_in(not_written);
        let lost = state.lost;
        if not_written.is_empty() && replace(&mut state.reported, lost) != lost {
            // This report is a line in the same queue. If the queue is full it is lost too, and counted.
            drop(state);
            tracing::warn!(
                lost,
                "log lines were lost since the server started, because standard output did not accept them, or too \
                 slowly"
            );
            state = self.lock();
        }
        state.is_writing = false;
        drop(state);
        self.changed.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // No code panics while it holds this lock, so the queue is consistent.
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

/// Writes text until its end or an error, and returns how many bytes were written.
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

    /// An output that answers each write as the test decides, and keeps what it accepted.
    struct Scripted {
        reactions: Receiver<io::Result<usize>>,
        taken: Arc<Mutex<Vec<u8>>>,
    }

    impl Write for Scripted {
        fn write(&mut self, text: &[u8]) -> io::Result<usize> {
            // The test may be over already.
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

        /// Waits until the thread has taken all lines and the output blocks it.
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
        // Nor the end of the partly written line.
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

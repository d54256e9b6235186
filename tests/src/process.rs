//! Child processes that do not outlive this one, however it ends.

use std::io;
use std::net::{SocketAddr, TcpStream};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command};
use std::sync::{Mutex, OnceLock, mpsc};
use std::thread;

use crate::deadline::Deadline;

/// What a child is sent when this process ends, or when [`send`] is asked to.
#[derive(Clone, Copy, Debug)]
pub enum Signal {
    /// Ends at once, with no chance to clean up.
    Kill,
    /// A polite request to end.
    Terminate,
    /// What a terminal sends for Ctrl-C. Postgres: disconnect the clients and shut down.
    Interrupt,
    /// What a terminal sends for Ctrl-\. Postgres: shut down without waiting for anything.
    Quit,
    /// The terminal is gone, or the configuration is to be read again.
    HangUp,
    /// Its meaning is the program's.
    User1,
    /// Its meaning is the program's.
    User2,
    /// Suspends the process until [`Signal::Continue`].
    Stop,
    /// Resumes the process after [`Signal::Stop`].
    Continue,
}

impl Signal {
    fn number(self) -> libc::c_int {
        match self {
            Self::Kill => libc::SIGKILL,
            Self::Terminate => libc::SIGTERM,
            Self::Interrupt => libc::SIGINT,
            Self::Quit => libc::SIGQUIT,
            Self::HangUp => libc::SIGHUP,
            Self::User1 => libc::SIGUSR1,
            Self::User2 => libc::SIGUSR2,
            Self::Stop => libc::SIGSTOP,
            Self::Continue => libc::SIGCONT,
        }
    }
}

/// Waits until a program listens at an address; it must neither end nor take long before.
pub fn wait_until_it_listens(program: &str, process: &mut Child, address: SocketAddr) {
    let deadline = Deadline::in_seconds(30);
    while TcpStream::connect(address).is_err() {
        if let Ok(Some(status)) = process.try_wait() {
            panic!("{program} ended: {status}");
        }
        assert!(!deadline.is_over(), "{program} does not listen");
        deadline.step_blocking();
    }
}

struct Job {
    command: Command,
    answer: mpsc::Sender<io::Result<Child>>,
}

/// Starts `command`; the kernel sends it `farewell` when this process ends.
///
/// The kernel watches the *thread* that started the child, so all children are started by one thread that
/// lives as long as the process.
pub fn spawn(mut command: Command, farewell: Signal) -> io::Result<Child> {
    static SPAWNER: OnceLock<mpsc::Sender<Job>> = OnceLock::new();

    let parent = std::process::id();
    // SAFETY: the closure runs between fork and exec and calls only async-signal-safe functions. It runs
    // after a change of the user id, which would clear the setting.
    unsafe {
        command.pre_exec(move || {
            if libc::prctl(libc::PR_SET_PDEATHSIG, farewell.number()) != 0 {
                return Err(io::Error::last_os_error());
            }
            // The parent may have ended before the setting was made.
            if libc::getppid().cast_unsigned() != parent {
                libc::_exit(1);
            }
            Ok(())
        });
    }
    let spawner = SPAWNER.get_or_init(|| {
        let (sender, jobs) = mpsc::channel::<Job>();
        thread::spawn(move || {
            for mut job in jobs {
                let _ = job.answer.send(job.command.spawn());
            }
        });
        sender
    });
    let (answer, child) = mpsc::channel();
    spawner
        .send(Job { command, answer })
        .map_err(io::Error::other)?;
    child.recv().map_err(io::Error::other)?
}

/// Sends a signal to a child that has not been waited for.
pub fn send(child: &Child, signal: Signal) {
    send_to(child.id(), signal);
}

/// Sends a signal to a process of ours by its id, if it has not ended.
pub fn send_to(id: u32, signal: Signal) {
    // SAFETY: kill takes no pointers, and returns an error if there is no such process.
    unsafe { libc::kill(id.cast_signed(), signal.number()) };
}

/// Kills a child that leads a process group, and the group with it: its own children, unless they left it.
pub fn kill_group(leader: &Child) {
    // SAFETY: as above.
    unsafe { libc::kill(-leader.id().cast_signed(), libc::SIGKILL) };
}

/// Runs `action` when this process exits in an orderly way, the last registered first.
pub fn at_exit(action: fn()) {
    static ACTIONS: Mutex<Vec<fn()>> = Mutex::new(Vec::new());

    extern "C" fn run_all() {
        let actions = ACTIONS
            .lock()
            .map(|mut actions| std::mem::take(&mut *actions));
        for action in actions.unwrap_or_default().into_iter().rev() {
            action();
        }
    }

    let Ok(mut actions) = ACTIONS.lock() else {
        return;
    };
    if actions.is_empty() {
        // SAFETY: the function has the expected signature and does not unwind.
        unsafe { libc::atexit(run_all) };
    }
    actions.push(action);
}

//! A network between a node and its database that can be cut.

use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread;

use crate::Outcome;

/// Forwards TCP connections. While it is cut they stay open, and nothing flows; new ones are accepted, as a kernel
/// does, and nothing flows on them either.
#[derive(Debug)]
pub struct Link {
    address: SocketAddr,
    gate: Arc<Gate>,
}

impl Link {
    /// A link to an address, whole.
    pub fn to(target: SocketAddr) -> Outcome<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = listener.local_addr()?;
        let gate = Arc::new(Gate::default());
        let for_new = Arc::clone(&gate);
        // It ends with the bench.
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let gate = Arc::clone(&for_new);
                thread::spawn(move || forward(stream, target, &gate));
            }
        });
        Ok(Self { address, gate })
    }

    /// Where it is reached.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Lets nothing through from now on.
    pub fn cut(&self) {
        self.gate.set(true);
    }

    /// Lets everything through, what was held up first.
    pub fn mend(&self) {
        self.gate.set(false);
    }
}

/// Whether the link is cut, and who waits for it to be whole.
#[derive(Debug, Default)]
struct Gate {
    is_cut: Mutex<bool>,
    mended: Condvar,
}

impl Gate {
    fn set(&self, is_cut: bool) {
        *self.is_cut.lock().unwrap_or_else(PoisonError::into_inner) = is_cut;
        self.mended.notify_all();
    }

    fn pass(&self) {
        let is_cut = self.is_cut.lock().unwrap_or_else(PoisonError::into_inner);
        drop(self.mended.wait_while(is_cut, |is_cut| *is_cut));
    }
}

/// Forwards both ways until either side is done.
fn forward(near: TcpStream, target: SocketAddr, gate: &Arc<Gate>) -> io::Result<()> {
    gate.pass();
    let far = TcpStream::connect(target)?;
    near.set_nodelay(true)?;
    far.set_nodelay(true)?;
    let (near_copy, far_copy) = (near.try_clone()?, far.try_clone()?);
    let back_gate = Arc::clone(gate);
    thread::spawn(move || pump(far_copy, near_copy, &back_gate));
    pump(near, far, gate);
    Ok(())
}

/// Forwards one way. An end, too, is only heard of once the link is whole.
fn pump(mut from: TcpStream, mut to: TcpStream, gate: &Gate) {
    let mut buffer = [0; 16 * 1024];
    while let Ok(length @ 1..) = from.read(&mut buffer) {
        gate.pass();
        let piece = buffer.get(..length).unwrap_or_default();
        if to.write_all(piece).is_err() {
            break;
        }
    }
    gate.pass();
    let _ = to.shutdown(Shutdown::Write);
    let _ = from.shutdown(Shutdown::Read);
}

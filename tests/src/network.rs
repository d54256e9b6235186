//! A network between a server and its database or mail server that tests can cut.

use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread;

use crate::addresses::own_address;
use crate::fault::Fault;

/// Forwards TCP connections to an address, from one with the same port.
///
/// While it is cut, connections stay open, new ones are accepted, as a kernel does, and neither end gets an error. What
/// was sent meanwhile arrives once the cut ends.
#[derive(Debug)]
pub struct Network {
    address: SocketAddr,
    directions: Arc<Directions>,
}

#[derive(Debug, Default)]
struct Directions {
    there: Gate,
    back: Gate,
}

impl Network {
    /// An uncut network to an address.
    pub fn to(target: SocketAddr) -> Self {
        let mut addresses = (0..5).map(|_| own_address(target.port()));
        let listener = addresses.find_map(|address| TcpListener::bind(address).ok());
        let listener = listener.expect("a free address");
        let address = listener.local_addr().expect("a bound port");
        let directions = Arc::new(Directions::default());
        let for_all = Arc::clone(&directions);
        thread::spawn(move || {
            for near in listener.incoming().flatten() {
                let directions = Arc::clone(&for_all);
                // If a connection breaks, both ends notice by themselves.
                thread::spawn(move || forward(near, target, &directions));
            }
        });
        Self {
            address,
            directions,
        }
    }

    /// The address to connect to.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// How many bytes have been sent to the other end until now.
    pub fn sent(&self) -> usize {
        self.directions.there.passed.load(Ordering::Relaxed)
    }

    /// Stops both directions.
    pub fn cut(&self) -> Fault {
        self.directions.there.set(true);
        self.cut_answers()
    }

    /// Stops what comes back; what is sent still arrives.
    pub fn cut_answers(&self) -> Fault {
        self.directions.back.set(true);
        let directions = Arc::clone(&self.directions);
        Fault::begun(move || {
            directions.there.set(false);
            directions.back.set(false);
        })
    }
}

/// Opens and shuts one direction.
#[derive(Debug, Default)]
struct Gate {
    is_shut: Mutex<bool>,
    opened: Condvar,
    passed: AtomicUsize,
}

impl Gate {
    fn set(&self, is_shut: bool) {
        *self.is_shut.lock().unwrap_or_else(PoisonError::into_inner) = is_shut;
        self.opened.notify_all();
    }

    /// Waits until it is open.
    fn pass(&self, bytes: usize) {
        let is_shut = self.is_shut.lock().unwrap_or_else(PoisonError::into_inner);
        drop(self.opened.wait_while(is_shut, |is_shut| *is_shut));
        self.passed.fetch_add(bytes, Ordering::Relaxed);
    }
}

fn forward(near: TcpStream, target: SocketAddr, directions: &Arc<Directions>) -> io::Result<()> {
    directions.there.pass(0);
    let far = TcpStream::connect(target)?;
    near.set_nodelay(true)?;
    far.set_nodelay(true)?;
    let (near_too, far_too) = (near.try_clone()?, far.try_clone()?);
    let directions_too = Arc::clone(directions);
    thread::spawn(move || carry(far_too, near_too, &directions_too.back));
    carry(near, far, &directions.there);
    Ok(())
}

/// Carries bytes one way until either end closes; the end of the stream waits at the gate as well.
fn carry(mut from: TcpStream, mut to: TcpStream, gate: &Gate) {
    let mut buffer = [0; 16 * 1024];
    while let Ok(length @ 1..) = from.read(&mut buffer) {
        gate.pass(length);
        if to.write_all(&buffer[..length]).is_err() {
            break;
        }
    }
    gate.pass(0);
    // An end that is closed already cannot be shut down.
    let _ = to.shutdown(Shutdown::Write);
    let _ = from.shutdown(Shutdown::Read);
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::{TcpListener, TcpStream};
    use std::time::Duration;

    use super::Network;

    /// Both ends of a connection through a network; reading times out after 200 ms.
    fn connection(network: &Network, listener: &TcpListener) -> (TcpStream, TcpStream) {
        let near = TcpStream::connect(network.address()).unwrap();
        let (far, _) = listener.accept().unwrap();
        for end in [&near, &far] {
            end.set_read_timeout(Some(Duration::from_millis(200)))
                .unwrap();
        }
        (near, far)
    }

    fn arrives(to: &mut TcpStream) -> bool {
        to.read_exact(&mut [0]).is_ok()
    }

    #[test]
    fn carries_both_ways_and_counts_one() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let network = Network::to(listener.local_addr().unwrap());
        let (mut near, mut far) = connection(&network, &listener);
        near.write_all(b"q").unwrap();
        assert!(arrives(&mut far));
        far.write_all(b"a").unwrap();
        assert!(arrives(&mut near));
        assert_eq!(network.sent(), 1);
    }

    #[test]
    fn what_was_sent_while_it_was_cut_arrives_after_the_cut() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let network = Network::to(listener.local_addr().unwrap());
        let (mut near, mut far) = connection(&network, &listener);
        let fault = network.cut();
        near.write_all(b"q").unwrap();
        far.write_all(b"a").unwrap();
        assert!(!arrives(&mut far) && !arrives(&mut near));
        fault.end();
        assert!(arrives(&mut far) && arrives(&mut near));
    }

    #[test]
    fn answers_alone_can_be_cut() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let network = Network::to(listener.local_addr().unwrap());
        let (mut near, mut far) = connection(&network, &listener);
        let fault = network.cut_answers();
        near.write_all(b"q").unwrap();
        far.write_all(b"a").unwrap();
        assert!(arrives(&mut far) && !arrives(&mut near));
        fault.end();
        assert!(arrives(&mut near));
    }
}

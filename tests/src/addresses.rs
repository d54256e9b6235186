//! Addresses of this machine.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::process;
use std::sync::atomic::{AtomicU8, Ordering};

/// An address under 127.0.0.0/8 that no other call returns for long, and no other process: what listens there
/// keeps it while it does not run. Outgoing connections come from 127.0.0.1 and take none of its ports.
pub fn own_address(port: u16) -> SocketAddr {
    static NEXT: AtomicU8 = AtomicU8::new(0);
    // 127.0.0.0/16 and 127.255.0.0/16 hold addresses that others use.
    let number = 1 + NEXT.fetch_add(1, Ordering::Relaxed) % 254;
    let [_, _, high, low] = process::id().to_be_bytes();
    SocketAddr::from((Ipv4Addr::new(127, number, high, low), port))
}

/// An address of 127.0.0.1 that was free a moment ago.
pub fn free_address() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("a bound port")
}

//! The listening sockets, and the checks on a connection before and while it speaks HTTP.
//!
//! | module | holds |
//! |---|---|
//! | `sockets` | the listening sockets |
//! | `door` | admits or refuses connections |
//! | `clients` | limits the connections of each client |
//! | `connection` | a client's connection and its write timeout |
//! | `resting`, `lent`, `exchange`, `head` | connections without a request |
//! | `ahead` | how far a client may send ahead of its answers |
//! | `handover` | responses that last for hours |
//! | `memory` | free memory |
//! | `idle_timer` | how long nothing has happened |
//! | `opening` | the first bytes of a connection over HTTP/1 |
//! | `http2` | HTTP/2 |
//! | `stream` | the bytes of a connection: TCP, TLS, or a unix socket |
//! | `tls` | the certificate and its key |

mod ahead;
mod clients;
mod connection;
mod door;
mod exchange;
#[cfg(test)]
mod fuzz;
mod handover;
mod head;
mod http2;
mod idle_timer;
mod lent;
mod memory;
mod opening;
mod resting;
mod sockets;
mod stream;
mod tls;

pub use ahead::{Answering, Unanswered};
pub use door::Door;
pub use handover::Handover;
pub use http2::http2;
pub use lent::Lent;
pub use resting::IdleConnections;
pub use sockets::{PassedSockets, Socket, Sockets};
pub use tls::{Tls, certificate_end};

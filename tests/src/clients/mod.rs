//! Typed clients, one for each dialect, and two that send anything else.

mod account;
mod answer;
mod azuma;
mod carrier;
mod http;
mod https;
mod legacy;
mod sending;
mod service;
mod wire;

pub use account::{Account, Conflict, Tokens};
pub use answer::{Answer, ApiError};
pub use azuma::{Azuma, Index, Issued, OwnUser, Session, Sessions, Update, Updated, User};
pub use carrier::Carrier;
pub use http::{Http, Request};
pub use https::{Begun, Chunk, End, Http2, Http2Answer, shake};
pub use legacy::{Legacy, LegacySession, Me, ObjectId, Version};
pub use sending::Sending;
pub use service::{Change, Changes, CheckedToken, Events, Introspected, Service};
pub use wire::{Wire, WireAnswer, exchange};

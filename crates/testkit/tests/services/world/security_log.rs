//! A security log that keeps its events.

use std::net::IpAddr;
use std::sync::{Arc, Mutex};

use azuma_domain::ports::{SecurityEvent, SecurityEventKind, SecurityLog};
use azuma_domain::user::UserId;

use super::World;

/// Every event so far. Clones share it.
#[derive(Clone, Default)]
pub struct SecurityEvents(Arc<Mutex<Vec<SecurityEvent>>>);

impl SecurityLog for SecurityEvents {
    fn record(&self, event: SecurityEvent) {
        self.0.lock().unwrap().push(event);
    }
}

/// The event of this kind.
pub fn event(
    kind: SecurityEventKind,
    user_id: Option<UserId>,
    ip: Option<IpAddr>,
) -> SecurityEvent {
    SecurityEvent { kind, user_id, ip }
}

impl World {
    /// The events recorded since the last call.
    pub fn security_events(&self) -> Vec<SecurityEvent> {
        std::mem::take(&mut *self.parts.security_log.0.lock().unwrap())
    }
}

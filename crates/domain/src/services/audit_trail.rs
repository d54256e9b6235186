//! Writing the audit trail.
//!
//! What a user can do again and again at no cost, such as to log in, is rationed: the abuse guard has an allowance of such
//! events for each account; what it does not allow is not recorded, and the security log says so. Refused attempts have an allowance of their own,
//! so a stranger who guesses keeps nothing that the user does out of the trail. Changes of password, address, second
//! factor or state are always recorded, because other limits keep them few.

use std::sync::{Arc, OnceLock};

use super::Doorkeeper;
use crate::audit::{AuditEvent, Outcome};
use crate::ports::{
    RateLimitedAction, SecurityEventKind, Store, StoreError, StoreExt, Transaction,
};

/// An event that is recorded while the account's allowance lasts. If the unit of work runs again, the decision stays.
pub(super) struct RationedEvent {
    doorkeeper: Doorkeeper,
    event: AuditEvent,
    decision: OnceLock<Allowance>,
}

#[derive(Clone, Copy)]
enum Allowance {
    Left,
    UsedUp,
}

impl RationedEvent {
    /// The guard is not asked before the event is written.
    pub fn new(doorkeeper: &Doorkeeper, event: AuditEvent) -> Self {
        Self {
            doorkeeper: doorkeeper.clone(),
            event,
            decision: OnceLock::new(),
        }
    }

    /// Writes the event together with what it tells of.
    pub fn write(&self, tx: &mut dyn Transaction) -> Result<(), StoreError> {
        match self.ask() {
            Allowance::Left => tx.audit().append(&self.event),
            Allowance::UsedUp => Ok(()),
        }
    }

    fn ask(&self) -> Allowance {
        *self.decision.get_or_init(|| {
            let Some(user_id) = self.event.user_id else {
                return Allowance::Left;
            };
            let attempt = match self.event.outcome {
                Outcome::Success => RateLimitedAction::RecordEvent(user_id),
                Outcome::Refused(_) => RateLimitedAction::RecordRefusal(user_id),
            };
            // The line of the security log has no address: fail2ban must not ban a client for this.
            match self.doorkeeper.admit_to(Some(user_id), None, attempt) {
                Ok(()) => Allowance::Left,
                Err(_) => Allowance::UsedUp,
            }
        })
    }

    fn tell(&self, kind: SecurityEventKind) {
        let AuditEvent {
            user_id, source, ..
        } = &self.event;
        self.doorkeeper.record(kind, *user_id, source.client.ip);
    }
}

/// Records that an attempt on an account was refused, in the security log as `kind` and in the trail as `event`.
///
/// The attempt changed nothing, so its event has a transaction of its own. If that fails, the attempt is refused all the
/// same, for its own reason, and the security log says that the event is lost.
pub(super) async fn record_refusal(
    store: &Arc<dyn Store>,
    doorkeeper: &Doorkeeper,
    kind: SecurityEventKind,
    event: AuditEvent,
) {
    let rationed = Arc::new(RationedEvent::new(doorkeeper, event));
    rationed.tell(kind);
    write_alone(store, rationed).await;
}

/// Writes an event of its own.
pub(super) async fn write_alone(store: &Arc<dyn Store>, rationed: Arc<RationedEvent>) {
    if let Allowance::UsedUp = rationed.ask() {
        return;
    }
    let event = Arc::clone(&rationed);
    let written = store
        .transact::<_, StoreError>(move |tx| Ok(event.write(tx)?))
        .await;
    if written.is_err() {
        rationed.tell(SecurityEventKind::AuditEventLost);
    }
}

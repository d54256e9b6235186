//! The audit trail: what happened to accounts, by whom and from where.
//!
//! An event holds no secret, no name and no address of e-mail: a user is named by its id alone, so a deleted user's events
//! tell nobody who it was.

mod names;
mod source;

pub use names::{Actor, AuditAction, RefusalReason};
pub use source::{RequestId, Source};

use crate::Timestamp;
use crate::id::id;
use crate::invite::InviteId;
use crate::service::ServiceId;
use crate::session::{LiveSession, SessionId};
use crate::user::UserId;

id! {
    /// Identifies an event. The store makes it.
    AuditEventId
}

/// Whether what was asked for was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It was done.
    Success,
    /// It was refused, and changed nothing.
    Refused(RefusalReason),
}

/// Something that happened to an account, or that an operator did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditEvent {
    /// When, by the clock of the node that wrote it.
    pub at: Timestamp,
    /// What.
    pub action: AuditAction,
    /// Whether it was done.
    pub outcome: Outcome,
    /// By whom.
    pub actor: Actor,
    /// The account concerned; `None` if it concerns no single one.
    pub user_id: Option<UserId>,
    /// The session that was begun, ended, or asked for it.
    pub session_id: Option<SessionId>,
    /// The invitation that was made, revoked, or used.
    pub invite_id: Option<InviteId>,
    /// The service that was created, given another token, or revoked.
    pub service_id: Option<ServiceId>,
    /// The client and the request; nothing is known of either where no request caused it.
    pub source: Source,
}

impl AuditEvent {
    /// What a user did to its own account.
    #[must_use]
    pub fn by_user(user_id: UserId, action: AuditAction, source: &Source, at: Timestamp) -> Self {
        Self {
            user_id: Some(user_id),
            source: source.clone(),
            ..Self::of(Actor::User, action, at)
        }
    }

    /// What a user did to its own account by this session.
    #[must_use]
    pub fn by_caller(
        caller: &LiveSession,
        action: AuditAction,
        source: &Source,
        at: Timestamp,
    ) -> Self {
        Self::by_user(caller.user.id, action, source, at).of_session(caller.session_id())
    }

    /// What a client did to an account whose user it need not be.
    #[must_use]
    pub fn by_client(user_id: UserId, action: AuditAction, source: &Source, at: Timestamp) -> Self {
        Self {
            actor: Actor::Client,
            ..Self::by_user(user_id, action, source, at)
        }
    }

    /// What an operator did, to an account or not.
    #[must_use]
    pub fn by_operator(user_id: Option<UserId>, action: AuditAction, at: Timestamp) -> Self {
        Self {
            user_id,
            ..Self::of(Actor::Operator, action, at)
        }
    }

    /// What the server did to an account by a rule.
    #[must_use]
    pub fn by_system(user_id: UserId, action: AuditAction, at: Timestamp) -> Self {
        Self {
            user_id: Some(user_id),
            ..Self::of(Actor::System, action, at)
        }
    }

    fn of(actor: Actor, action: AuditAction, at: Timestamp) -> Self {
        Self {
            at,
            action,
            outcome: Outcome::Success,
            actor,
            user_id: None,
            session_id: None,
            invite_id: None,
            service_id: None,
            source: Source::default(),
        }
    }

    /// The same, refused.
    #[must_use]
    pub fn refused(self, reason: RefusalReason) -> Self {
        let outcome = Outcome::Refused(reason);
        Self { outcome, ..self }
    }

    /// The same, about this session.
    #[must_use]
    pub fn of_session(self, id: SessionId) -> Self {
        let session_id = Some(id);
        Self { session_id, ..self }
    }

    /// The same, about this invitation, if there is one.
    #[must_use]
    pub fn of_invite(self, invite_id: Option<InviteId>) -> Self {
        Self { invite_id, ..self }
    }

    /// The same, about this service.
    #[must_use]
    pub fn of_service(self, id: ServiceId) -> Self {
        let service_id = Some(id);
        Self { service_id, ..self }
    }
}

/// An event of the trail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordedEvent {
    /// Its id.
    pub id: AuditEventId,
    /// What happened.
    pub event: AuditEvent,
}

impl RecordedEvent {
    /// Its place in the trail.
    #[must_use]
    pub fn position(&self) -> EventPosition {
        EventPosition {
            at: self.event.at,
            id: self.id,
        }
    }
}

/// An event that cannot be read, because a later release wrote it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnreadableEvent {
    /// Its place in the trail.
    pub position: EventPosition,
}

/// An event as a store reads it.
pub type StoredEvent = Result<RecordedEvent, UnreadableEvent>;

/// A place in the trail, which is ordered by time; events of the same moment are in the order of their ids.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventPosition {
    /// The time of the event.
    pub at: Timestamp,
    /// Its id.
    pub id: AuditEventId,
}

impl EventPosition {
    /// The place before all events of this moment.
    #[must_use]
    pub fn before(at: Timestamp) -> Self {
        let id = AuditEventId::new(uuid::Uuid::nil());
        Self { at, id }
    }

    /// The place of a stored event.
    #[must_use]
    pub fn of(event: &StoredEvent) -> Self {
        match event {
            Ok(recorded) => recorded.position(),
            Err(unreadable) => unreadable.position,
        }
    }
}

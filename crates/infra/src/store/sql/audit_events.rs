//! The audit trail.

use azuma_domain::Timestamp;
use azuma_domain::audit::{
    Actor, AuditAction, AuditEvent, AuditEventId, EventPosition, Outcome, RecordedEvent,
    RefusalReason, RequestId, Source, StoredEvent, UnreadableEvent,
};
use azuma_domain::invite::InviteId;
use azuma_domain::ports::{AuditReader, AuditRepository, StoreError};
use azuma_domain::service::ServiceId;
use azuma_domain::session::{Client, SessionId, UserAgent};
use azuma_domain::user::UserId;
use diesel::prelude::*;

use super::repositories::Repositories;
use super::schema::audit_events;
use super::types::{StoredId, StoredTime};

/// A row without its id, which the database makes.
#[derive(Insertable)]
#[diesel(table_name = audit_events, treat_none_as_default_value = false)]
struct NewRow<'a> {
    at: StoredTime,
    action: &'static str,
    refused: Option<&'static str>,
    actor: &'static str,
    user_id: Option<StoredId>,
    session_id: Option<StoredId>,
    invite_id: Option<StoredId>,
    ip: Option<String>,
    user_agent: Option<&'a str>,
    request_id: Option<String>,
    service_id: Option<StoredId>,
}

impl<'a> From<&'a AuditEvent> for NewRow<'a> {
    fn from(event: &'a AuditEvent) -> Self {
        let Source { client, request_id } = &event.source;
        Self {
            at: StoredTime(event.at),
            action: event.action.name(),
            refused: match event.outcome {
                Outcome::Success => None,
                Outcome::Refused(reason) => Some(reason.name()),
            },
            actor: event.actor.name(),
            user_id: event.user_id.map(|id| StoredId(id.uuid())),
            session_id: event.session_id.map(|id| StoredId(id.uuid())),
            invite_id: event.invite_id.map(|id| StoredId(id.uuid())),
            ip: client.ip.map(|ip| ip.to_string()),
            user_agent: client.user_agent.as_ref().map(UserAgent::as_str),
            request_id: request_id.map(|id| id.to_string()),
            service_id: event.service_id.map(|id| StoredId(id.uuid())),
        }
    }
}

/// A row, its columns in the order of the table.
#[derive(Queryable)]
struct Row {
    at: StoredTime,
    id: StoredId,
    action: String,
    refused: Option<String>,
    actor: String,
    user_id: Option<StoredId>,
    session_id: Option<StoredId>,
    invite_id: Option<StoredId>,
    ip: Option<String>,
    user_agent: Option<String>,
    request_id: Option<String>,
    service_id: Option<StoredId>,
}

impl Row {
    fn position(&self) -> EventPosition {
        EventPosition {
            at: self.at.0,
            id: AuditEventId::new(self.id.0),
        }
    }

    /// The event, unless a word in the row is one of a later release.
    fn read(self) -> StoredEvent {
        let position = self.position();
        self.event()
            .map(|event| RecordedEvent {
                id: position.id,
                event,
            })
            .ok_or(UnreadableEvent { position })
    }

    fn event(self) -> Option<AuditEvent> {
        Some(AuditEvent {
            at: self.at.0,
            action: AuditAction::named(&self.action)?,
            outcome: match self.refused {
                None => Outcome::Success,
                Some(reason) => Outcome::Refused(RefusalReason::named(&reason)?),
            },
            actor: Actor::named(&self.actor)?,
            user_id: self.user_id.map(|id| UserId::new(id.0)),
            session_id: self.session_id.map(|id| SessionId::new(id.0)),
            invite_id: self.invite_id.map(|id| InviteId::new(id.0)),
            service_id: self.service_id.map(|id| ServiceId::new(id.0)),
            source: Source {
                client: Client {
                    ip: self.ip.and_then(|ip| ip.parse().ok()),
                    user_agent: self.user_agent.as_deref().and_then(UserAgent::parse),
                },
                request_id: self.request_id.as_deref().and_then(RequestId::parse),
            },
        })
    }
}

fn read(rows: Vec<Row>) -> Vec<StoredEvent> {
    rows.into_iter().map(Row::read).collect()
}

impl AuditReader for Repositories<'_> {
    fn newest_of(
        &mut self,
        user_id: UserId,
        before: Option<EventPosition>,
        limit: u32,
    ) -> Result<Vec<StoredEvent>, StoreError> {
        let rows = self.query(|connection| {
            let mut query = audit_events::table
                .filter(audit_events::user_id.eq(StoredId(user_id.uuid())))
                .order((audit_events::at.desc(), audit_events::id.desc()))
                .limit(i64::from(limit))
                .into_boxed();
            if let Some(EventPosition { at, id }) = before {
                let (at, id) = (StoredTime(at), StoredId(id.uuid()));
                // The first condition is one that an index finds.
                query = query
                    .filter(audit_events::at.le(at))
                    .filter(audit_events::at.lt(at).or(audit_events::id.lt(id)));
            }
            query.load(connection)
        })?;
        Ok(read(rows))
    }

    fn after(
        &mut self,
        position: EventPosition,
        user_id: Option<UserId>,
        limit: u32,
    ) -> Result<Vec<StoredEvent>, StoreError> {
        let EventPosition { at, id } = position;
        let (at, id) = (StoredTime(at), StoredId(id.uuid()));
        let rows = self.query(|connection| {
            let mut query = audit_events::table
                .filter(audit_events::at.ge(at))
                .filter(audit_events::at.gt(at).or(audit_events::id.gt(id)))
                .order((audit_events::at.asc(), audit_events::id.asc()))
                .limit(i64::from(limit))
                .into_boxed();
            if let Some(user_id) = user_id {
                query = query.filter(audit_events::user_id.eq(StoredId(user_id.uuid())));
            }
            query.load(connection)
        })?;
        Ok(read(rows))
    }
}

impl AuditRepository for Repositories<'_> {
    fn append(&mut self, event: &AuditEvent) -> Result<(), StoreError> {
        let row = NewRow::from(event);
        self.query(|connection| {
            diesel::insert_into(audit_events::table)
                .values(row)
                .execute(connection)
        })?;
        Ok(())
    }

    fn delete_before(&mut self, time: Timestamp, limit: u32) -> Result<usize, StoreError> {
        self.query(|connection| {
            let oldest: Vec<StoredTime> = audit_events::table
                .filter(audit_events::at.lt(StoredTime(time)))
                .order(audit_events::at.asc())
                .select(audit_events::at)
                .limit(i64::from(limit.min(super::MAX_SWEEP)))
                .load(connection)?;
            let Some(newest_of_them) = oldest.last() else {
                return Ok(0);
            };
            diesel::delete(audit_events::table)
                .filter(audit_events::at.le(*newest_of_them))
                .execute(connection)
        })
    }
}

//! Writing mails of the outbox.

use std::error::Error as _;
use std::ops::RangeInclusive;

use azuma_domain::Timestamp;
use azuma_domain::link::Link;
use azuma_domain::mail::{LeasedMail, MailId, MailLease, OutgoingMail, UnreadableMail};
use azuma_domain::ports::{FARTHEST_DUE, OutboxRepository, StoreError};
use diesel::prelude::*;
use diesel::result::Error;

use super::rows::{MailRow, known};
use crate::store::engine::connection::load_locked;
use crate::store::sql::MAX_SWEEP;
use crate::store::sql::links::LinkRow;
use crate::store::sql::repositories::Repositories;
use crate::store::sql::schema::{links, outbox};
use crate::store::sql::types::{StoredId, StoredTime};

/// The most characters that are stored of the reason why a mail was not sent. A mail server may send any text.
const MAX_REASON_CHARS: usize = 500;

/// The mail of this lease, unless another worker has leased the mail since. A lease is identified by its expiry,
/// which is also when the mail is due again.
#[diesel::dsl::auto_type(no_type_alias)]
fn leased(lease: MailLease) -> _ {
    let id: StoredId = StoredId(lease.id.uuid());
    let due_at: StoredTime = StoredTime(lease.until);
    outbox::table
        .filter(outbox::id.eq(id))
        .filter(outbox::due_at.eq(due_at))
        .filter(outbox::dead_at.is_null())
}

impl Repositories<'_> {
    /// Locks the message that is due first of those due in this range. Those that another transaction has locked are left
    /// to it.
    fn first_due(
        &mut self,
        due: RangeInclusive<Timestamp>,
    ) -> Result<Option<StoredId>, StoreError> {
        let (from, to) = due.into_inner();
        let due: Vec<StoredId> = self.query(|connection| {
            load_locked!(
                connection,
                known()
                    .filter(outbox::dead_at.is_null())
                    .filter(outbox::due_at.ge(StoredTime(from)))
                    .filter(outbox::due_at.le(StoredTime(to)))
                    .order((outbox::due_at, outbox::id))
                    .select(outbox::id)
                    .limit(1),
                for_update.skip_locked
            )
        })?;
        Ok(due.first().copied())
    }

    /// The mail that was just leased, or the error that says which column cannot be read.
    fn leased_mail(
        &mut self,
        id: StoredId,
        until: Timestamp,
    ) -> Result<Result<LeasedMail, UnreadableMail>, StoreError> {
        let lease = MailLease {
            id: MailId::new(id.0),
            until,
        };
        let row: QueryResult<(MailRow, Option<LinkRow>)> = self.query(|connection| {
            let loaded = outbox::table
                .left_join(links::table.on(outbox::link_id.eq(links::id.nullable())))
                .filter(outbox::id.eq(id))
                .select((outbox::all_columns, links::all_columns.nullable()))
                .first(connection);
            match loaded {
                Err(error @ Error::DeserializationError(_)) => Ok(Err(error)),
                loaded => loaded.map(Ok),
            }
        })?;
        let read = row
            .map_err(|error| StoreError::Failed(error.into()))
            .and_then(|(mail, link)| mail.leased(lease, link.map(Link::try_from).transpose()?));
        Ok(read.map_err(|error| UnreadableMail {
            lease,
            reason: error
                .source()
                .map_or_else(|| error.to_string(), ToString::to_string),
        }))
    }
}

impl OutboxRepository for Repositories<'_> {
    fn enqueue(&mut self, mail: &OutgoingMail) -> Result<(), StoreError> {
        let row = MailRow::from(mail);
        self.query(|connection| {
            diesel::insert_into(outbox::table)
                .values(row)
                .execute(connection)
        })?;
        Ok(())
    }

    fn lease(
        &mut self,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Option<Result<LeasedMail, UnreadableMail>>, StoreError> {
        let (first, last) = (Timestamp::from_micros(0), Timestamp::from_micros(i64::MAX));
        let due = match self.first_due(first..=now)? {
            Some(id) => Some(id),
            None => self.first_due(now.plus(FARTHEST_DUE)..=last)?,
        };
        let Some(id) = due else {
            return Ok(None);
        };
        self.query(|connection| {
            diesel::update(outbox::table.find(id))
                .set(outbox::due_at.eq(StoredTime(until)))
                .execute(connection)
        })?;
        self.leased_mail(id, until).map(Some)
    }

    fn delete(&mut self, lease: MailLease) -> Result<(), StoreError> {
        self.query(|connection| diesel::delete(leased(lease)).execute(connection))?;
        Ok(())
    }

    fn reschedule(
        &mut self,
        lease: MailLease,
        due_at: Timestamp,
        reason: &str,
    ) -> Result<(), StoreError> {
        self.query(|connection| {
            diesel::update(leased(lease))
                .set((
                    outbox::due_at.eq(StoredTime(due_at)),
                    outbox::attempts.eq(outbox::attempts + 1),
                    outbox::reason.eq(storable(reason)),
                ))
                .execute(connection)
        })?;
        Ok(())
    }

    fn dead_letter(
        &mut self,
        lease: MailLease,
        now: Timestamp,
        reason: &str,
    ) -> Result<(), StoreError> {
        self.query(|connection| {
            diesel::update(leased(lease))
                .set((
                    outbox::dead_at.eq(StoredTime(now)),
                    outbox::reason.eq(storable(reason)),
                ))
                .execute(connection)
        })?;
        Ok(())
    }

    fn set_aside(&mut self, now: Timestamp, reason: &str, limit: u32) -> Result<usize, StoreError> {
        self.query(|connection| {
            let waiting: Vec<StoredId> = load_locked!(
                connection,
                outbox::table
                    .filter(outbox::dead_at.is_null())
                    .order(outbox::id)
                    .select(outbox::id)
                    .limit(i64::from(limit.min(MAX_SWEEP))),
                for_update
            )?;
            diesel::update(outbox::table.filter(outbox::id.eq_any(waiting)))
                .set((
                    outbox::dead_at.eq(StoredTime(now)),
                    outbox::reason.eq(storable(reason)),
                ))
                .execute(connection)
        })
    }

    fn requeue(
        &mut self,
        id: MailId,
        now: Timestamp,
        expires_at: Timestamp,
    ) -> Result<bool, StoreError> {
        let revived = self.query(|connection| {
            diesel::update(outbox::table.find(StoredId(id.uuid())))
                .filter(outbox::dead_at.is_not_null())
                .set((
                    outbox::dead_at.eq(None::<StoredTime>),
                    outbox::due_at.eq(StoredTime(now)),
                    outbox::expires_at.eq(StoredTime(expires_at)),
                    outbox::attempts.eq(0),
                ))
                .execute(connection)
        })?;
        Ok(revived == 1)
    }

    fn delete_dead(&mut self, until: Timestamp, limit: u32) -> Result<usize, StoreError> {
        self.query(|connection| {
            // Rows that another transaction has locked are skipped: that transaction requeues or deletes them.
            let dead: Vec<StoredId> = load_locked!(
                connection,
                outbox::table
                    .filter(outbox::dead_at.le(StoredTime(until)))
                    .order(outbox::dead_at)
                    .select(outbox::id)
                    .limit(i64::from(limit.min(MAX_SWEEP))),
                for_update.skip_locked
            )?;
            diesel::delete(outbox::table.filter(outbox::id.eq_any(dead))).execute(connection)
        })
    }

    fn discard(&mut self, id: MailId) -> Result<bool, StoreError> {
        let discarded = self.query(|connection| {
            diesel::delete(outbox::table.find(StoredId(id.uuid()))).execute(connection)
        })?;
        Ok(discarded == 1)
    }
}

/// The mail server's text without NUL, which Postgres cannot store, and cut to [`MAX_REASON_CHARS`].
fn storable(reason: &str) -> String {
    reason
        .chars()
        .filter(|c| *c != '\0')
        .take(MAX_REASON_CHARS)
        .collect()
}

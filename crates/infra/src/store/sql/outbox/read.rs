//! Reading mails of the outbox.

use azuma_domain::Timestamp;
use azuma_domain::mail::{MailId, QueuedMail};
use azuma_domain::ports::{OutboxLoad, OutboxReader, StoreError};
use azuma_domain::user::UserId;
use diesel::dsl::sql;
use diesel::expression::SqlLiteral;
use diesel::prelude::*;
use diesel::sql_types::BigInt;

use super::rows::{MailRow, known};
use crate::store::sql::corrupt;
use crate::store::sql::repositories::Repositories;
use crate::store::sql::schema::outbox;
use crate::store::sql::types::{StoredId, StoredTime};

/// How many rows the condition holds for, at most `limit`.
fn count_up_to(limit: u32, condition: &str) -> SqlLiteral<BigInt> {
    sql(&format!(
        "(SELECT count(*) FROM (SELECT 1 FROM outbox WHERE {condition} LIMIT {limit}) AS counted)"
    ))
}

impl OutboxReader for Repositories<'_> {
    fn load(&mut self, now: Timestamp, limit: u32) -> Result<OutboxLoad, StoreError> {
        let counts = (
            count_up_to(limit, "dead_at IS NULL"),
            count_up_to(limit, "dead_at IS NOT NULL"),
        );
        let ((waiting, dead), oldest): ((i64, i64), Option<StoredTime>) =
            self.query(|connection| {
                let counted = diesel::select(counts).get_result(connection)?;
                let oldest = outbox::table
                    .filter(outbox::dead_at.is_null())
                    .filter(outbox::due_at.le(StoredTime(now)))
                    .order(outbox::due_at)
                    .select(outbox::due_at)
                    .first(connection)
                    .optional()?;
                Ok((counted, oldest))
            })?;
        let count = |count| u64::try_from(count).map_err(|_| corrupt("outbox"));
        Ok(OutboxLoad {
            waiting: count(waiting)?,
            dead: count(dead)?,
            oldest_due: oldest.map(|oldest| oldest.0),
        })
    }

    fn list(&mut self, limit: u32) -> Result<Vec<QueuedMail>, StoreError> {
        let rows: Vec<MailRow> = self.query(|connection| {
            known()
                .order((outbox::created_at, outbox::id))
                .limit(i64::from(limit))
                .load(connection)
        })?;
        // Unreadable rows are left out here. The worker logs a row when it makes it a dead letter.
        let readable = rows.into_iter().map(QueuedMail::try_from);
        Ok(readable.filter_map(Result::ok).collect())
    }

    fn list_of(&mut self, user_id: UserId, limit: u32) -> Result<Vec<QueuedMail>, StoreError> {
        let rows: Vec<MailRow> = self.query(|connection| {
            known()
                .filter(outbox::user_id.eq(StoredId(user_id.uuid())))
                .order((outbox::created_at, outbox::id))
                .limit(i64::from(limit))
                .load(connection)
        })?;
        let readable = rows.into_iter().map(QueuedMail::try_from);
        Ok(readable.filter_map(Result::ok).collect())
    }

    fn find(&mut self, id: MailId) -> Result<Option<QueuedMail>, StoreError> {
        let row: Option<MailRow> = self.query(|connection| {
            known()
                .filter(outbox::id.eq(StoredId(id.uuid())))
                .first(connection)
                .optional()
        })?;
        row.map(QueuedMail::try_from).transpose()
    }
}

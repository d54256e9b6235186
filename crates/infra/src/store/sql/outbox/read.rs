//! Reading mails of the outbox.

use azuma_domain::mail::{MailId, QueuedMail};
use azuma_domain::ports::{OutboxReader, StoreError};
use azuma_domain::user::UserId;
use diesel::prelude::*;

use super::rows::{MailRow, known};
use crate::store::sql::repositories::Repositories;
use crate::store::sql::schema::outbox;
use crate::store::sql::types::StoredId;

impl OutboxReader for Repositories<'_> {
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
            outbox::table
                .find(StoredId(id.uuid()))
                .first(connection)
                .optional()
        })?;
        row.map(QueuedMail::try_from).transpose()
    }
}

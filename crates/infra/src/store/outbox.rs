//! Messages on their way out.

use azuma_domain::Timestamp;
use azuma_domain::link::{Link, LinkId};
use azuma_domain::mail::{Language, LeasedMail, MailId, MailKind, OutgoingMail};
use azuma_domain::ports::{OutboxRepository, StoreError};
use azuma_domain::user::{EmailAddress, UserId};
use diesel::prelude::*;

use super::connection::load_locked;
use super::errors::corrupt;
use super::links::LinkRow;
use super::schema::{links, outbox};
use super::sql_types::{StoredId, StoredTime};
use super::transaction::DieselTransaction;

const VERIFY_ACCOUNT: &str = "verify_account";
const CONFIRM_EMAIL: &str = "confirm_email";
const ENGLISH: &str = "en";
const GERMAN: &str = "de";

/// The most characters kept of why a message could not be sent; a mail server may say anything.
const MAX_REASON_CHARS: usize = 500;

#[derive(Insertable)]
#[diesel(table_name = outbox)]
struct NewMailRow<'a> {
    id: StoredId,
    user_id: Option<StoredId>,
    kind: &'a str,
    language: &'a str,
    address: &'a str,
    link_id: StoredId,
    created_at: StoredTime,
    due_at: StoredTime,
    useless_from: StoredTime,
}

impl<'a> From<&'a OutgoingMail> for NewMailRow<'a> {
    fn from(mail: &'a OutgoingMail) -> Self {
        Self {
            id: StoredId(mail.id.uuid()),
            user_id: mail.user_id.map(|id| StoredId(id.uuid())),
            kind: match mail.kind {
                MailKind::VerifyAccount => VERIFY_ACCOUNT,
                MailKind::ConfirmEmail => CONFIRM_EMAIL,
            },
            language: match mail.language {
                Language::English => ENGLISH,
                Language::German => GERMAN,
            },
            address: mail.to.as_str(),
            link_id: StoredId(mail.link.uuid()),
            created_at: StoredTime(mail.created_at),
            due_at: StoredTime(mail.created_at),
            useless_from: StoredTime(mail.useless_from),
        }
    }
}

const MAIL_COLUMNS: MailColumns = (
    outbox::id,
    outbox::user_id,
    outbox::kind,
    outbox::language,
    outbox::address,
    outbox::link_id,
    outbox::created_at,
    outbox::useless_from,
    outbox::attempts,
);
type MailColumns = (
    outbox::id,
    outbox::user_id,
    outbox::kind,
    outbox::language,
    outbox::address,
    outbox::link_id,
    outbox::created_at,
    outbox::useless_from,
    outbox::attempts,
);

#[derive(Queryable)]
struct MailRow {
    id: StoredId,
    user_id: Option<StoredId>,
    kind: String,
    language: String,
    address: String,
    link_id: StoredId,
    created_at: StoredTime,
    useless_from: StoredTime,
    attempts: i64,
}

impl MailRow {
    fn with_link(self, link: Option<LinkRow>) -> Result<LeasedMail, StoreError> {
        let mail = OutgoingMail {
            id: MailId::new(self.id.0),
            user_id: self.user_id.map(|id| UserId::new(id.0)),
            kind: match self.kind.as_str() {
                VERIFY_ACCOUNT => MailKind::VerifyAccount,
                CONFIRM_EMAIL => MailKind::ConfirmEmail,
                _ => return Err(corrupt("outbox.kind")),
            },
            language: match self.language.as_str() {
                ENGLISH => Language::English,
                GERMAN => Language::German,
                _ => return Err(corrupt("outbox.language")),
            },
            to: EmailAddress::parse(&self.address).map_err(|_| corrupt("outbox.address"))?,
            link: LinkId::new(self.link_id.0),
            created_at: self.created_at.0,
            useless_from: self.useless_from.0,
        };
        Ok(LeasedMail {
            mail,
            link: link.map(Link::try_from).transpose()?,
            attempts: u32::try_from(self.attempts).map_err(|_| corrupt("outbox.attempts"))?,
        })
    }
}

impl OutboxRepository for DieselTransaction<'_> {
    fn enqueue(&mut self, mail: &OutgoingMail) -> Result<(), StoreError> {
        let row = NewMailRow::from(mail);
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
        limit: u32,
    ) -> Result<Vec<LeasedMail>, StoreError> {
        let rows: Vec<(MailRow, Option<LinkRow>)> = self.query(|connection| {
            let due: Vec<StoredId> = load_locked!(
                connection,
                outbox::table
                    .filter(outbox::dead_at.is_null())
                    .filter(outbox::due_at.le(StoredTime(now)))
                    .order((outbox::due_at, outbox::id))
                    .select(outbox::id)
                    .limit(i64::from(limit.min(super::MAX_SWEEP))),
                for_update.skip_locked
            )?;
            // The order is that of the old due_at, so it is read before it is written.
            let leased = outbox::table
                .left_join(links::table.on(outbox::link_id.eq(links::id)))
                .filter(outbox::id.eq_any(due.clone()))
                .order((outbox::due_at, outbox::id))
                .select((MAIL_COLUMNS, links::all_columns.nullable()))
                .load(connection)?;
            diesel::update(outbox::table.filter(outbox::id.eq_any(due)))
                .set(outbox::due_at.eq(StoredTime(until)))
                .execute(connection)?;
            Ok(leased)
        })?;
        rows.into_iter()
            .map(|(mail, link)| mail.with_link(link))
            .collect()
    }

    fn delete(&mut self, id: MailId) -> Result<(), StoreError> {
        self.query(|connection| {
            diesel::delete(outbox::table.find(StoredId(id.uuid()))).execute(connection)
        })?;
        Ok(())
    }

    fn postpone(&mut self, id: MailId, due_at: Timestamp, reason: &str) -> Result<(), StoreError> {
        self.query(|connection| {
            diesel::update(outbox::table.find(StoredId(id.uuid())))
                .filter(outbox::dead_at.is_null())
                .set((
                    outbox::due_at.eq(StoredTime(due_at)),
                    outbox::attempts.eq(outbox::attempts + 1),
                    outbox::reason.eq(storable(reason)),
                ))
                .execute(connection)
        })?;
        Ok(())
    }

    fn bury(&mut self, id: MailId, now: Timestamp, reason: &str) -> Result<(), StoreError> {
        self.query(|connection| {
            diesel::update(outbox::table.find(StoredId(id.uuid())))
                .filter(outbox::dead_at.is_null())
                .set((
                    outbox::dead_at.eq(StoredTime(now)),
                    outbox::reason.eq(storable(reason)),
                ))
                .execute(connection)
        })?;
        Ok(())
    }
}

/// A mail server's words without what Postgres cannot keep (NUL) and nobody wants to read.
fn storable(reason: &str) -> String {
    reason
        .chars()
        .filter(|c| *c != '\0')
        .take(MAX_REASON_CHARS)
        .collect()
}

//! Messages as rows.

use azuma_domain::link::LinkId;
use azuma_domain::mail::{Language, MailId, MailKind, MailState, OutgoingMail, QueuedMail};
use azuma_domain::ports::StoreError;
use azuma_domain::user::{EmailAddress, UserId};
use diesel::prelude::*;

use crate::store::sql::corrupt;
use crate::store::sql::schema::outbox;
use crate::store::sql::types::{StoredId, StoredTime};

#[derive(Insertable)]
#[diesel(table_name = outbox, treat_none_as_default_value = false)]
pub(super) struct NewMailRow<'a> {
    id: StoredId,
    user_id: Option<StoredId>,
    kind: &'a str,
    language: &'a str,
    address: &'a str,
    link_id: Option<StoredId>,
    created_at: StoredTime,
    due_at: StoredTime,
    useless_from: StoredTime,
}

impl<'a> From<&'a OutgoingMail> for NewMailRow<'a> {
    fn from(mail: &'a OutgoingMail) -> Self {
        Self {
            id: StoredId(mail.id.uuid()),
            user_id: mail.user_id.map(|id| StoredId(id.uuid())),
            kind: mail.kind.name(),
            language: mail.language.tag(),
            address: mail.to.as_str(),
            link_id: mail.kind.link().map(|link| StoredId(link.uuid())),
            created_at: StoredTime(mail.created_at),
            due_at: StoredTime(mail.created_at),
            useless_from: StoredTime(mail.useless_from),
        }
    }
}

/// A message, with all that happened to it.
#[derive(Queryable)]
pub(super) struct MailRow {
    id: StoredId,
    user_id: Option<StoredId>,
    kind: String,
    language: String,
    address: String,
    link_id: Option<StoredId>,
    created_at: StoredTime,
    due_at: StoredTime,
    useless_from: StoredTime,
    attempts: i64,
    dead_at: Option<StoredTime>,
    reason: Option<String>,
}

impl TryFrom<MailRow> for QueuedMail {
    type Error = StoreError;

    fn try_from(row: MailRow) -> Result<Self, StoreError> {
        let link = row.link_id.map(|id| LinkId::new(id.0));
        let kind = MailKind::named(&row.kind, link).ok_or_else(|| corrupt("outbox.kind"))?;
        Ok(Self {
            mail: OutgoingMail {
                id: MailId::new(row.id.0),
                user_id: row.user_id.map(|id| UserId::new(id.0)),
                kind,
                language: Language::tagged(&row.language)
                    .ok_or_else(|| corrupt("outbox.language"))?,
                to: EmailAddress::parse(&row.address).map_err(|_| corrupt("outbox.address"))?,
                created_at: row.created_at.0,
                useless_from: row.useless_from.0,
            },
            state: match row.dead_at {
                Some(dead_at) => MailState::Dead(dead_at.0),
                None => MailState::Due(row.due_at.0),
            },
            attempts: u32::try_from(row.attempts).map_err(|_| corrupt("outbox.attempts"))?,
            last_failure: row.reason,
        })
    }
}

/// The messages of a kind and in a language that this release knows.
#[diesel::dsl::auto_type(no_type_alias)]
pub(super) fn known() -> _ {
    let kinds: [&'static str; 7] = MailKind::names();
    let languages: [&'static str; 2] = Language::ALL.map(Language::tag);
    outbox::table
        .filter(outbox::kind.eq_any(kinds))
        .filter(outbox::language.eq_any(languages))
}

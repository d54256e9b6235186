//! Rows of the outbox.

use azuma_domain::link::{Link, LinkId};
use azuma_domain::mail::{
    Language, LeasedMail, MailId, MailKind, MailLease, MailState, OutgoingMail, QueuedMail,
};
use azuma_domain::ports::StoreError;
use azuma_domain::user::{EmailAddress, UserId};
use diesel::prelude::*;

use crate::store::sql::corrupt;
use crate::store::sql::schema::outbox;
use crate::store::sql::types::{StoredId, StoredTime};

/// A row of the outbox.
#[derive(Insertable, Queryable)]
#[diesel(table_name = outbox, treat_none_as_default_value = false)]
pub(super) struct MailRow {
    id: StoredId,
    user_id: Option<StoredId>,
    kind: String,
    language: String,
    address: String,
    link_id: Option<StoredId>,
    created_at: StoredTime,
    due_at: StoredTime,
    expires_at: StoredTime,
    attempts: i64,
    dead_at: Option<StoredTime>,
    reason: Option<String>,
}

impl From<&OutgoingMail> for MailRow {
    /// A mail that is due at once.
    fn from(mail: &OutgoingMail) -> Self {
        Self {
            id: StoredId(mail.id.uuid()),
            user_id: mail.user_id.map(|id| StoredId(id.uuid())),
            kind: mail.kind.name().to_owned(),
            language: mail.language.tag().to_owned(),
            address: mail.to.as_str().to_owned(),
            link_id: mail.kind.link().map(|link| StoredId(link.uuid())),
            created_at: StoredTime(mail.created_at),
            due_at: StoredTime(mail.created_at),
            expires_at: StoredTime(mail.expires_at),
            attempts: 0,
            dead_at: None,
            reason: None,
        }
    }
}

impl MailRow {
    fn mail(&self) -> Result<OutgoingMail, StoreError> {
        let link = self.link_id.map(|id| LinkId::new(id.0));
        Ok(OutgoingMail {
            id: MailId::new(self.id.0),
            user_id: self.user_id.map(|id| UserId::new(id.0)),
            kind: MailKind::named(&self.kind, link).ok_or_else(|| corrupt("outbox.kind"))?,
            language: Language::tagged(&self.language).ok_or_else(|| corrupt("outbox.language"))?,
            to: EmailAddress::parse(&self.address).map_err(|_| corrupt("outbox.address"))?,
            created_at: self.created_at.0,
            expires_at: self.expires_at.0,
        })
    }

    fn attempts(&self) -> Result<u32, StoreError> {
        u32::try_from(self.attempts).map_err(|_| corrupt("outbox.attempts"))
    }

    /// The mail with its link, for the worker that leased it.
    pub(super) fn leased(
        self,
        lease: MailLease,
        link: Option<Link>,
    ) -> Result<LeasedMail, StoreError> {
        Ok(LeasedMail {
            lease,
            mail: self.mail()?,
            link,
            attempts: self.attempts()?,
            last_failure: self.reason,
        })
    }
}

impl TryFrom<MailRow> for QueuedMail {
    type Error = StoreError;

    /// The mail as an operator sees it.
    fn try_from(row: MailRow) -> Result<Self, StoreError> {
        Ok(Self {
            mail: row.mail()?,
            state: match row.dead_at {
                Some(dead_at) => MailState::Dead(dead_at.0),
                None => MailState::Due(row.due_at.0),
            },
            attempts: row.attempts()?,
            last_failure: row.reason,
        })
    }
}

/// The mails of a kind and a language that this release knows.
#[diesel::dsl::auto_type(no_type_alias)]
pub(super) fn known() -> _ {
    let kinds: [&'static str; 8] = MailKind::names();
    let languages: [&'static str; 2] = Language::ALL.map(Language::tag);
    outbox::table
        .filter(outbox::kind.eq_any(kinds))
        .filter(outbox::language.eq_any(languages))
}

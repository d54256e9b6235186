//! Mailed links.

use azuma_domain::Timestamp;
use azuma_domain::link::{Link, LinkId, LinkPurpose};
use azuma_domain::mutants::Mutant;
use azuma_domain::ports::{LinkReader, LinkRepository, StoreError, StoredLink};
use azuma_domain::token::TokenHash;
use azuma_domain::user::{EmailAddress, UserId};
use diesel::prelude::*;

use super::repositories::Repositories;
use super::schema::links;
use super::types::{StoredHash, StoredId, StoredTime};
use super::{MAX_SWEEP, corrupt};
use crate::store::engine::connection::load_locked;

const VERIFY_ACCOUNT: &str = "verify_account";
const CHANGE_EMAIL: &str = "change_email";
const RESET_PASSWORD: &str = "reset_password";

/// A row of `links`.
#[derive(Queryable, Insertable)]
#[diesel(table_name = links, treat_none_as_default_value = false)]
pub(super) struct LinkRow {
    id: StoredId,
    hash: StoredHash,
    user_id: StoredId,
    purpose: String,
    email: Option<String>,
    expires_at: StoredTime,
}

impl From<&Link> for LinkRow {
    fn from(link: &Link) -> Self {
        let (purpose, email) = match &link.purpose {
            LinkPurpose::VerifyAccount => (VERIFY_ACCOUNT, None),
            LinkPurpose::ChangeEmail(email) => (CHANGE_EMAIL, Some(email.as_str().to_owned())),
            LinkPurpose::ResetPassword => (RESET_PASSWORD, None),
        };
        Self {
            id: StoredId(link.id.uuid()),
            hash: StoredHash(link.hash),
            user_id: StoredId(link.user_id.uuid()),
            purpose: purpose.to_owned(),
            email,
            expires_at: StoredTime(link.expires_at),
        }
    }
}

impl TryFrom<LinkRow> for Link {
    type Error = StoreError;

    fn try_from(row: LinkRow) -> Result<Self, StoreError> {
        let purpose = match (row.purpose.as_str(), row.email) {
            (VERIFY_ACCOUNT, None) => LinkPurpose::VerifyAccount,
            (CHANGE_EMAIL, Some(email)) => LinkPurpose::ChangeEmail(
                EmailAddress::parse(&email).map_err(|_| corrupt("links.email"))?,
            ),
            (RESET_PASSWORD, None) => LinkPurpose::ResetPassword,
            _ => return Err(corrupt("links.purpose")),
        };
        Ok(Self {
            id: LinkId::new(row.id.0),
            hash: row.hash.0,
            user_id: UserId::new(row.user_id.0),
            purpose,
            expires_at: row.expires_at.0,
        })
    }
}

impl LinkReader for Repositories<'_> {
    fn find(&mut self, hash: &TokenHash, now: Timestamp) -> Result<Option<Link>, StoreError> {
        let row: Option<LinkRow> = self.query(|connection| {
            links::table
                .filter(links::hash.eq(StoredHash(*hash)))
                .filter(links::expires_at.gt(StoredTime(now)))
                .first(connection)
                .optional()
        })?;
        row.map(Link::try_from).transpose()
    }

    fn contains(&mut self, id: LinkId) -> Result<bool, StoreError> {
        let found: Option<StoredId> = self.query(|connection| {
            links::table
                .find(StoredId(id.uuid()))
                .select(links::id)
                .first(connection)
                .optional()
        })?;
        Ok(found.is_some())
    }

    fn page(
        &mut self,
        after: Option<LinkId>,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<StoredLink>, StoreError> {
        let rows: Vec<(StoredId, StoredHash, StoredTime)> = self.query(|connection| {
            let mut query = links::table
                .filter(links::expires_at.gt(StoredTime(now)))
                .select((links::id, links::hash, links::expires_at))
                .order(links::id)
                .limit(i64::from(limit.min(MAX_SWEEP)))
                .into_boxed();
            if let Some(after) = after {
                query = query.filter(links::id.gt(StoredId(after.uuid())));
            }
            query.load(connection)
        })?;
        let links = rows.into_iter().map(|(id, hash, expires_at)| StoredLink {
            id: LinkId::new(id.0),
            hash: hash.0,
            expires_at: expires_at.0,
        });
        Ok(links.collect())
    }

    fn list_of(
        &mut self,
        user_id: UserId,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<Link>, StoreError> {
        let rows: Vec<LinkRow> = self.query(|connection| {
            links::table
                .filter(links::user_id.eq(StoredId(user_id.uuid())))
                .filter(links::expires_at.gt(StoredTime(now)))
                .order((links::expires_at, links::id))
                .limit(i64::from(limit))
                .load(connection)
        })?;
        rows.into_iter().map(Link::try_from).collect()
    }
}

impl LinkRepository for Repositories<'_> {
    fn insert(&mut self, link: &Link) -> Result<(), StoreError> {
        let row = LinkRow::from(link);
        self.query(|connection| {
            diesel::insert_into(links::table)
                .values(row)
                .execute(connection)
        })?;
        Ok(())
    }

    fn consume(&mut self, hash: &TokenHash, now: Timestamp) -> Result<Option<Link>, StoreError> {
        let row: Option<LinkRow> = self.query(|connection| {
            diesel::delete(links::table)
                .filter(links::hash.eq(StoredHash(*hash)))
                .filter(links::expires_at.gt(StoredTime(now)))
                .returning(links::all_columns)
                .get_result(connection)
                .optional()
        })?;
        row.map(Link::try_from).transpose()
    }

    fn delete_email_changes(
        &mut self,
        user_id: UserId,
        now: Timestamp,
    ) -> Result<usize, StoreError> {
        if Mutant::ReplacedLinksStay.is_on() {
            return Ok(0);
        }
        let ends: Vec<StoredTime> = self.query(|connection| {
            diesel::delete(links::table)
                .filter(links::user_id.eq(StoredId(user_id.uuid())))
                .filter(links::purpose.eq(CHANGE_EMAIL))
                .returning(links::expires_at)
                .get_results(connection)
        })?;
        Ok(ends.iter().filter(|end| end.0 > now).count())
    }

    fn delete_all(&mut self, user_id: UserId) -> Result<(), StoreError> {
        self.query(|connection| {
            diesel::delete(links::table)
                .filter(links::user_id.eq(StoredId(user_id.uuid())))
                .execute(connection)
        })?;
        Ok(())
    }

    fn delete_expired(&mut self, now: Timestamp, limit: u32) -> Result<usize, StoreError> {
        self.query(|connection| {
            let expired: Vec<StoredId> = load_locked!(
                connection,
                links::table
                    .filter(links::expires_at.le(StoredTime(now)))
                    .order(links::expires_at)
                    .select(links::id)
                    .limit(i64::from(limit.min(super::MAX_SWEEP))),
                for_update.skip_locked
            )?;
            diesel::delete(links::table.filter(links::id.eq_any(expired))).execute(connection)
        })
    }
}

//! Notices to the owner of an account, written within a unit of work.

use super::mail_permit::MailPermit;
use crate::Timestamp;
use crate::mail::{Language, MailId, MailKind, NOTICE_LIFETIME, OutgoingMail};
use crate::ports::{RateLimitedAction, StoreError, Transaction};
use crate::user::AccountEmail;

/// A message without a link whose recipient is not known yet.
pub(super) struct NoticeDraft {
    id: MailId,
    kind: MailKind,
    language: Language,
    now: Timestamp,
    permit: MailPermit,
}

impl NoticeDraft {
    /// A notice about the account of `permit`, drafted before a transaction that finds out whether to write it.
    pub(super) fn new(
        id: MailId,
        kind: MailKind,
        language: Language,
        permit: MailPermit,
        now: Timestamp,
    ) -> Self {
        Self {
            id,
            kind,
            language,
            now,
            permit,
        }
    }

    /// Writes the message, if the account's address is proved and has not had too many notices. An unproved address may
    /// belong to somebody else, who must not learn about the account.
    pub(super) fn write(
        &self,
        tx: &mut dyn Transaction,
        email: Option<&AccountEmail>,
    ) -> Result<(), StoreError> {
        let Some(to) = email.and_then(AccountEmail::proved_address) else {
            return Ok(());
        };
        // The last message to a former address is always written. Nobody can cause many, because each needs a followed
        // link.
        let is_last = self.kind == MailKind::EmailChanged;
        if !is_last && self.permit.ask(RateLimitedAction::Notice(to)).is_err() {
            return Ok(());
        }
        tx.outbox().enqueue(&OutgoingMail {
            id: self.id,
            user_id: Some(self.permit.user_id()),
            kind: self.kind,
            language: self.language,
            to: to.clone(),
            created_at: self.now,
            expires_at: self.now.plus(NOTICE_LIFETIME),
        })
    }
}

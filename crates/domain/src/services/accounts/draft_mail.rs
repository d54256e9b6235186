//! Drafts the links and messages of the use cases.

use std::net::IpAddr;

use super::Accounts;
use super::mail_permit::MailPermit;
use crate::Timestamp;
use crate::link::{Link, LinkId, LinkPurpose};
use crate::mail::{Language, MailId, MailKind, NOTICE_LIFETIME, OutgoingMail};
use crate::ports::{RateLimitedAction, StoreError, Transaction};
use crate::user::{AccountEmail, EmailAddress, UserId};

impl Accounts {
    /// A link that proves an address. The caller writes it.
    pub(super) fn draft_link(&self, user_id: UserId, purpose: LinkPurpose, now: Timestamp) -> Link {
        let id = LinkId::new(self.entropy.uuid());
        Link {
            id,
            hash: self.keys.link_token(id).hash(),
            user_id,
            purpose,
            expires_at: now.plus(self.registration_lifetime),
        }
    }

    /// A message that carries a link. The caller writes it.
    pub(super) fn draft_mail(
        &self,
        link: &Link,
        kind: fn(LinkId) -> MailKind,
        to: EmailAddress,
        language: Language,
        now: Timestamp,
    ) -> OutgoingMail {
        OutgoingMail {
            id: MailId::new(self.entropy.uuid()),
            user_id: Some(link.user_id),
            kind: kind(link.id),
            language,
            to,
            created_at: now,
            expires_at: link.expires_at,
        }
    }

    /// A notice, drafted before a transaction that finds out whether to write it.
    pub(super) fn draft_notice(
        &self,
        kind: MailKind,
        (user_id, ip): (UserId, Option<IpAddr>),
        language: Language,
        now: Timestamp,
    ) -> NoticeDraft {
        NoticeDraft {
            id: MailId::new(self.entropy.uuid()),
            user_id,
            kind,
            language,
            now,
            permit: self.mail_permit(user_id, ip),
        }
    }
}

/// A message without a link whose recipient is not known yet.
pub(super) struct NoticeDraft {
    id: MailId,
    user_id: UserId,
    kind: MailKind,
    language: Language,
    now: Timestamp,
    permit: MailPermit,
}

impl NoticeDraft {
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
            user_id: Some(self.user_id),
            kind: self.kind,
            language: self.language,
            to: to.clone(),
            created_at: self.now,
            expires_at: self.now.plus(NOTICE_LIFETIME),
        })
    }
}

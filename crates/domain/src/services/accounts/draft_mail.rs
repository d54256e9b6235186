//! Links and messages to be written: shared by the use cases that mail somebody.

use std::net::IpAddr;

use super::Accounts;
use super::mail_permit::MailPermit;
use crate::Timestamp;
use crate::link::{Link, LinkId, LinkPurpose};
use crate::mail::{Language, MailId, MailKind, NOTICE_LIFETIME, OutgoingMail};
use crate::ports::{RateLimitedAction, StoreError, Transaction};
use crate::user::{AccountEmail, EmailAddress, UserId};

impl Accounts {
    /// A link that proves an address; writing it is the caller's.
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

    /// A message that carries a link; writing it is the caller's.
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

    /// A message that tells a user something, before it is known to be needed.
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

/// A message without a link, but for its recipient.
pub(super) struct NoticeDraft {
    id: MailId,
    user_id: UserId,
    kind: MailKind,
    language: Language,
    now: Timestamp,
    permit: MailPermit,
}

impl NoticeDraft {
    /// Writes the message to an account's address, where that is proved and was not told much just before: whoever has an address that somebody else wrote
    /// down is not to be told of what is not theirs.
    pub(super) fn write(
        &self,
        tx: &mut dyn Transaction,
        email: Option<&AccountEmail>,
    ) -> Result<(), StoreError> {
        let Some(to) = email.and_then(AccountEmail::proved_address) else {
            return Ok(());
        };
        // The last that the owner of an address hears, and nothing to flood anybody with: it takes a followed link.
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

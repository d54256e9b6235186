//! Drafts the links and messages of the use cases.

use std::net::IpAddr;

use super::Accounts;
use crate::Timestamp;
use crate::link::{Link, LinkId, LinkPurpose};
use crate::mail::{Language, MailId, MailKind, OutgoingMail};
use crate::services::mail_permit::MailPermit;
use crate::services::notice::NoticeDraft;
use crate::user::{EmailAddress, UserId};

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
        let id = MailId::new(self.entropy.uuid());
        let permit = self.mail_permit(user_id, ip);
        NoticeDraft::new(id, kind, language, permit, now)
    }

    /// A permit for a message about this account that the client at `ip` caused. The guard is not asked yet.
    pub(super) fn mail_permit(&self, user_id: UserId, ip: Option<IpAddr>) -> MailPermit {
        MailPermit::new(self.doorkeeper.clone(), user_id, ip)
    }
}

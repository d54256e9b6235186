//! A change of address that a mailed link must confirm.

use super::{Accounts, UpdateUserError};
use crate::Timestamp;
use crate::audit::{AuditAction, AuditEvent, Source};
use crate::link::{Link, LinkPurpose};
use crate::mail::{Language, MailKind, OutgoingMail};
use crate::ports::{Abort, RateLimitedAction, SecurityEventKind, Transaction};
use crate::services::mail_permit::MailPermit;
use crate::services::notice::NoticeDraft;
use crate::session::LiveSession;
use crate::user::{AccountEmail, EmailAddress, User};

/// A change of address to be confirmed: the link that confirms it, the message that carries the link, and the notice to
/// the current address.
pub(super) struct EmailChange {
    requested: AuditEvent,
    cancelled: AuditEvent,
    link: Link,
    mail: OutgoingMail,
    permit: MailPermit,
    notice: NoticeDraft,
}

impl EmailChange {
    /// Replaces an earlier change of address by this one; refuses an address that another account has. If the user has
    /// already proved this very address, only the earlier change is cancelled. If the user has it unproved, it gets a
    /// link that proves it. Answers what the security log tells of it.
    pub(super) fn write(
        &self,
        tx: &mut dyn Transaction,
        user: &User,
    ) -> Result<Option<SecurityEventKind>, Abort<UpdateUserError>> {
        let to = &self.mail.to;
        let replaced = tx
            .links()
            .delete_email_changes(user.id, self.mail.created_at)?;
        let proved = user.email.as_ref().and_then(AccountEmail::proved_address);
        if proved == Some(to) {
            if replaced > 0 {
                tx.audit().append(&self.cancelled)?;
            }
            return Ok(None);
        }
        match tx.users().find_by_email(to, self.mail.created_at)? {
            Some(holder) if holder.user_id != user.id => {
                Err(Abort::Refused(UpdateUserError::EmailTaken))
            }
            _ => {
                let admitted = self.permit.ask(RateLimitedAction::Mail(to));
                admitted.map_err(|limited| Abort::Refused(limited.into()))?;
                tx.audit().append(&self.requested)?;
                tx.links().insert(&self.link)?;
                tx.outbox().enqueue(&self.mail)?;
                // A series of changes causes one notice.
                if replaced == 0 {
                    self.notice.write(tx, user.email.as_ref())?;
                }
                Ok(Some(SecurityEventKind::EmailChangeRequested))
            }
        }
    }
}

impl Accounts {
    pub(super) fn draft_email_change(
        &self,
        caller: &LiveSession,
        source: &Source,
        to: EmailAddress,
        language: Language,
        now: Timestamp,
    ) -> EmailChange {
        let (user_id, ip) = (caller.user.id, source.client.ip);
        let told = |action| AuditEvent::by_caller(caller, action, source, now);
        let link = self.draft_link(user_id, LinkPurpose::ChangeEmail(to.clone()), now);
        let mail = self.draft_mail(&link, MailKind::ConfirmEmail, to, language, now);
        let notice =
            self.draft_notice(MailKind::EmailChangeRequested, (user_id, ip), language, now);
        EmailChange {
            requested: told(AuditAction::RequestEmailChange),
            cancelled: told(AuditAction::CancelEmailChange),
            link,
            mail,
            permit: self.mail_permit(user_id, ip),
            notice,
        }
    }
}

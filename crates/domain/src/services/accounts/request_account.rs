//! Requesting an account that waits until its address is verified.

use super::address_names::expect_nobodys_address;
use super::{Accounts, RegisterError, Registration};
use crate::audit::{AuditAction, AuditEvent, Source};
use crate::invite::InviteCode;
use crate::link::LinkPurpose;
use crate::mail::{Language, MailKind};
use crate::ports::{Abort, NewUser, RateLimitedAction, StoreExt};
use crate::user::{EmailAddress, NewPassword, UserName};

/// A request for an account.
pub struct AccountRequest {
    /// The name wanted.
    pub name: UserName,
    /// The address to verify.
    pub email: EmailAddress,
    /// The password wanted.
    pub password: NewPassword,
    /// The code of an invitation, if one was given.
    pub invite: Option<InviteCode>,
    /// Where the request comes from.
    pub source: Source,
    /// The language of the message.
    pub language: Language,
}

impl TryFrom<Registration> for AccountRequest {
    type Error = RegisterError;

    /// A registration without an address cannot wait for its verification.
    fn try_from(registration: Registration) -> Result<Self, RegisterError> {
        let Registration {
            name,
            email,
            password,
            invite,
            source,
            language,
        } = registration;
        Ok(Self {
            name,
            email: email.ok_or(RegisterError::EmailMissing)?,
            password,
            invite,
            source,
            language,
        })
    }
}

impl Accounts {
    /// Adds a waiting account, which reserves its name and address, and mails the link that activates it.
    ///
    /// # Errors
    /// [`RegisterError`] says why the request is refused; nothing is changed then.
    pub async fn request_account(&self, request: AccountRequest) -> Result<(), RegisterError> {
        let ip = request.source.client.ip;
        let outcome = self.add_waiting_account(request).await;
        self.record_refused_invite(outcome, ip)
    }

    async fn add_waiting_account(&self, request: AccountRequest) -> Result<(), RegisterError> {
        let AccountRequest {
            name,
            email,
            password,
            invite,
            source,
            language,
        } = request;
        let client = &source.client;
        let ticket = self
            .admit_registration(Some(&email), invite.as_ref(), client.ip)
            .await?;
        self.blocklist.admit(&password, [&name], [&email])?;
        let password_hash = self.hash_new_password(password, client).await?;
        let now = self.clock.now();
        let waits_until = Some(now.plus(self.registration_lifetime));
        let new = self.new_user(name, Some(email.clone()), password_hash, waits_until, now);
        let link = self.draft_link(new.user.id, LinkPurpose::VerifyAccount, now);
        let mail = self.draft_mail(&link, MailKind::VerifyAccount, email, language, now);
        let permit = self.mail_permit(new.user.id, client.ip);
        // Whose the address is, is not known yet.
        let told = AuditEvent::by_client(new.user.id, AuditAction::Register, &source, now);
        self.store
            .transact(move |tx| {
                let invite = ticket.take(tx, now)?;
                tx.users()
                    .release(Some(&new.user.name), Some(&mail.to), now)?;
                expect_nobodys_address(tx, &new.user.name, new.user.id)?;
                tx.users().insert(&NewUser {
                    invite,
                    ..new.clone()
                })?;
                tx.links().insert(&link)?;
                let admitted = permit.ask(RateLimitedAction::Mail(&mail.to));
                admitted.map_err(|limited| Abort::Refused(limited.into()))?;
                tx.outbox().enqueue(&mail)?;
                Ok(tx.audit().append(&told.clone().of_invite(invite))?)
            })
            .await
    }
}

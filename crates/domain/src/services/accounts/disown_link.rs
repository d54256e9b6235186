//! Disowning a mailed link: its recipient says that somebody else asked for it.

use super::{Accounts, FollowLinkError};
use crate::audit::{AuditAction, AuditEvent, Source};
use crate::link::LinkPurpose;
use crate::ports::{Abort, RateLimitedAction, SecurityEventKind, StoreExt};
use crate::token::Token;
use crate::user::{AccountState, UserId};

/// What a disowned link changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Disowned {
    /// The waiting account is deleted. Its name and address are free.
    AccountDeleted,
    /// The change of address is cancelled. The user keeps its address, and the other one is free.
    EmailChangeCancelled,
}

impl Accounts {
    /// Cancels the registration or the change of address that caused the link. Pass `None` for a text that is not a
    /// token. A link that sets a password cannot be disowned, because nothing waits for it.
    ///
    /// # Errors
    /// [`FollowLinkError`] says why the link is refused; nothing is changed then, and the link still works.
    pub async fn disown_link(
        &self,
        token: Option<Token>,
        source: &Source,
    ) -> Result<Disowned, FollowLinkError> {
        let ip = source.client.ip;
        self.doorkeeper.admit(ip, RateLimitedAction::FollowLink)?;
        let disowned = self.disown(token, source).await;
        match &disowned {
            Ok((_, user_id)) => {
                self.doorkeeper
                    .record(SecurityEventKind::LinkDisowned, Some(*user_id), ip);
            }
            Err(FollowLinkError::LinkUnknown) => {
                self.doorkeeper
                    .record(SecurityEventKind::LinkRefused, None, ip);
            }
            Err(_) => {}
        }
        disowned.map(|(disowned, _)| disowned)
    }

    /// Deletes the waiting account, or cancels the change of address, and returns the user to whom the link belonged.
    async fn disown(
        &self,
        token: Option<Token>,
        source: &Source,
    ) -> Result<(Disowned, UserId), FollowLinkError> {
        let found = self.find_link(token.as_ref()).await?;
        let link = found.ok_or(FollowLinkError::LinkUnknown)?;
        let (user_id, now) = (link.user_id, self.clock.now());
        let told = |action| AuditEvent::by_client(user_id, action, source, now);
        let (deleted, cancelled) = (
            told(AuditAction::DeleteAccount),
            told(AuditAction::CancelEmailChange),
        );
        let disowned = self
            .store
            .transact(move |tx| {
                let unknown = || Abort::Refused(FollowLinkError::LinkUnknown);
                // A transaction that changes an account locks it first.
                let account = tx.users().lock(user_id)?.ok_or_else(unknown)?;
                tx.links().consume(&link.hash, now)?.ok_or_else(unknown)?;
                match (&link.purpose, account.state) {
                    (LinkPurpose::VerifyAccount, AccountState::Pending { .. })
                        if tx.users().delete(user_id)? =>
                    {
                        tx.audit().append(&deleted)?;
                        Ok(Disowned::AccountDeleted)
                    }
                    (LinkPurpose::ChangeEmail(_), _) => {
                        tx.audit().append(&cancelled)?;
                        Ok(Disowned::EmailChangeCancelled)
                    }
                    (LinkPurpose::VerifyAccount | LinkPurpose::ResetPassword, _) => Err(unknown()),
                }
            })
            .await?;
        Ok((disowned, user_id))
    }
}

//! Saying that one did not ask for a mailed link.

use std::net::IpAddr;

use super::{Accounts, FollowLinkError};
use crate::link::LinkPurpose;
use crate::ports::{Abort, RateLimitedAction, SecurityEventKind, StoreExt};
use crate::token::Token;
use crate::user::{AccountState, UserId};

/// What became of what the link was for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Disowned {
    /// The account that waited for verification is deleted; its name and address are free.
    AccountDeleted,
    /// The user keeps the address it has, and the other one is free.
    EmailChangeTakenBack,
}

impl Accounts {
    /// Takes back what somebody asked for with an address that is not theirs: whoever reads its mail says so. `None` stands for
    /// a text that is no token at all. A link that sets a password is none of these: nothing waits for it.
    ///
    /// # Errors
    /// [`FollowLinkError`]; nothing was changed then, and the link works as before.
    pub async fn disown_link(
        &self,
        token: Option<Token>,
        ip: Option<IpAddr>,
    ) -> Result<Disowned, FollowLinkError> {
        self.doorkeeper.admit(ip, RateLimitedAction::FollowLink)?;
        let disowned = self.disown(token).await;
        match &disowned {
            Ok((_, user_id)) => {
                self.doorkeeper
                    .record(SecurityEventKind::LinkDisowned, Some(*user_id), ip)
            }
            Err(FollowLinkError::LinkUnknown) => {
                self.doorkeeper
                    .record(SecurityEventKind::LinkRefused, None, ip);
            }
            Err(_) => {}
        }
        disowned.map(|(disowned, _)| disowned)
    }

    /// Takes back what the link was for, and answers whose it was.
    async fn disown(&self, token: Option<Token>) -> Result<(Disowned, UserId), FollowLinkError> {
        let found = self.find_link(token.as_ref()).await?;
        let link = found.ok_or(FollowLinkError::LinkUnknown)?;
        let (user_id, now) = (link.user_id, self.clock.now());
        let disowned = self
            .store
            .transact(move |tx| {
                let unknown = || Abort::Refused(FollowLinkError::LinkUnknown);
                // Whoever changes an account locks it first.
                let account = tx.users().lock(user_id)?.ok_or_else(unknown)?;
                tx.links().consume(&link.hash, now)?.ok_or_else(unknown)?;
                match (&link.purpose, account.state) {
                    (LinkPurpose::VerifyAccount, AccountState::Pending { .. })
                        if tx.users().delete(user_id)? =>
                    {
                        Ok(Disowned::AccountDeleted)
                    }
                    (LinkPurpose::ChangeEmail(_), _) => Ok(Disowned::EmailChangeTakenBack),
                    (LinkPurpose::VerifyAccount | LinkPurpose::ResetPassword, _) => Err(unknown()),
                }
            })
            .await?;
        Ok((disowned, user_id))
    }
}

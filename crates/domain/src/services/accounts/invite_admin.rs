//! The use cases of an operator for invitations, with or without a running server.

use std::sync::Arc;
use std::time::Duration;

use crate::audit::{AuditAction, AuditEvent};
use crate::invite::{Invite, InviteCode, InviteId, InviteUses, UsedInvite};
use crate::ports::{Clock, Entropy, Store, StoreError, StoreExt};
use crate::token::TokenHash;

/// The use cases of an operator for invitations.
pub struct InviteAdmin {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
}

/// Which invitation an operator means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InviteKey {
    /// The invitation with this id.
    Id(InviteId),
    /// The invitation whose code has this hash.
    Code(TokenHash),
}

/// Why an operator's request is refused.
#[derive(Debug, thiserror::Error)]
pub enum InviteAdminError {
    /// There is no such invitation.
    #[error("there is no such invitation")]
    InviteUnknown,
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl InviteAdmin {
    /// Manages the invitations in this store.
    #[must_use]
    pub fn new(store: Arc<dyn Store>, clock: Arc<dyn Clock>, entropy: Arc<dyn Entropy>) -> Self {
        Self {
            store,
            clock,
            entropy,
        }
    }

    /// Makes an invitation that works for so long, and answers it with its code, which is stored nowhere.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails; there is no invitation then.
    pub async fn create(
        &self,
        uses: InviteUses,
        lifetime: Duration,
    ) -> Result<(Invite, InviteCode), StoreError> {
        let now = self.clock.now();
        let invite = Invite {
            id: InviteId::new(self.entropy.uuid()),
            uses,
            created_at: now,
            expires_at: now.plus(lifetime),
        };
        let code = InviteCode::from_random(self.entropy.u128());
        let (stored, hash) = (invite.clone(), code.hash());
        self.store
            .transact::<_, StoreError>(move |tx| {
                tx.invites().insert(&stored, &hash)?;
                let event = AuditEvent::by_operator(None, AuditAction::CreateInvite, now);
                Ok(tx.audit().append(&event.of_invite(Some(stored.id)))?)
            })
            .await?;
        Ok((invite, code))
    }

    /// The invitations that work, the newest first; at most `limit`.
    ///
    /// # Errors
    /// [`StoreError`] if the database fails.
    pub async fn list(&self, limit: u32) -> Result<Vec<UsedInvite>, StoreError> {
        let now = self.clock.now();
        self.store
            .read(move |reader| reader.invites().list(now, limit))
            .await
    }

    /// Revokes an invitation. The accounts that were registered with it stay.
    ///
    /// # Errors
    /// [`InviteAdminError`] says why not; nothing is changed then.
    pub async fn revoke(&self, invite: InviteKey) -> Result<(), InviteAdminError> {
        let now = self.clock.now();
        let revoked = self
            .store
            .transact::<_, StoreError>(move |tx| {
                let id = match invite {
                    InviteKey::Id(id) => Some(id),
                    InviteKey::Code(hash) => {
                        tx.invites().find(&hash, now)?.map(|found| found.invite.id)
                    }
                };
                let Some(id) = id else {
                    return Ok(false);
                };
                let revoked = tx.invites().revoke(id)?;
                if revoked {
                    let event = AuditEvent::by_operator(None, AuditAction::RevokeInvite, now);
                    tx.audit().append(&event.of_invite(Some(id)))?;
                }
                Ok(revoked)
            })
            .await?;
        match revoked {
            true => Ok(()),
            false => Err(InviteAdminError::InviteUnknown),
        }
    }
}

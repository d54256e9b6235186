//! Whether somebody may register.

use std::net::IpAddr;

use super::{Accounts, RegisterError};
use crate::Timestamp;
use crate::invite::{InviteCode, InviteId};
use crate::ports::{Abort, RateLimitedAction, SecurityEventKind, StoreExt, Transaction};
use crate::registration::RegistrationMode;
use crate::token::TokenHash;
use crate::user::EmailAddress;

/// The invitation that a registration needs, not yet used.
#[derive(Clone, Copy)]
pub(super) enum Ticket {
    /// Everybody may register.
    None,
    /// The invitation with this hash must admit the account.
    Invite(TokenHash),
}

impl Accounts {
    /// Counts an attempt to register, and refuses it before the password is hashed if the rules do, or if the invitation
    /// admits nobody now.
    pub(super) async fn admit_registration(
        &self,
        email: Option<&EmailAddress>,
        invite: Option<&InviteCode>,
        ip: Option<IpAddr>,
    ) -> Result<Ticket, RegisterError> {
        self.doorkeeper.admit(ip, RateLimitedAction::Register)?;
        let ticket = match self.registration.mode {
            RegistrationMode::Closed => return Err(RegisterError::Closed),
            RegistrationMode::Open => Ticket::None,
            RegistrationMode::Invite => self.look_at_invite(invite).await?,
        };
        match self.registration.email_domains.admit(email) {
            true => Ok(ticket),
            false => Err(RegisterError::EmailDomainRefused),
        }
    }

    /// Refuses everybody where registration is closed.
    pub(super) fn expect_open(&self) -> Result<(), RegisterError> {
        match self.registration.mode {
            RegistrationMode::Closed => Err(RegisterError::Closed),
            RegistrationMode::Open | RegistrationMode::Invite => Ok(()),
        }
    }

    async fn look_at_invite(&self, invite: Option<&InviteCode>) -> Result<Ticket, RegisterError> {
        let hash = invite.ok_or(RegisterError::InviteMissing)?.hash();
        let now = self.clock.now();
        let find = self
            .store
            .read(move |reader| reader.invites().find(&hash, now));
        match find.await? {
            Some(found) if found.has_room() => Ok(Ticket::Invite(hash)),
            _ => Err(RegisterError::InviteInvalid),
        }
    }

    /// Records a registration that an invitation was given for in vain, which may be a guess.
    pub(super) fn record_refused_invite<T>(
        &self,
        outcome: Result<T, RegisterError>,
        ip: Option<IpAddr>,
    ) -> Result<T, RegisterError> {
        if let Err(RegisterError::InviteInvalid) = outcome {
            self.doorkeeper
                .record(SecurityEventKind::InviteRefused, None, ip);
        }
        outcome
    }
}

impl Ticket {
    /// The invitation for an account that is added next, in this transaction. Of racing registrations, the invitation
    /// admits no more than it may.
    pub(super) fn take(
        self,
        tx: &mut dyn Transaction,
        now: Timestamp,
    ) -> Result<Option<InviteId>, Abort<RegisterError>> {
        let Self::Invite(hash) = self else {
            return Ok(None);
        };
        match tx.invites().lock(&hash, now)? {
            Some(found) if found.has_room() => Ok(Some(found.invite.id)),
            _ => Err(Abort::Refused(RegisterError::InviteInvalid)),
        }
    }
}

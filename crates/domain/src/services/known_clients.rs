//! Which clients an account knows: those in networks that its user has logged in from. Where others guess at the password, these
//! are let in as ever, so nobody can lock the user out.

use std::net::IpAddr;
use std::time::Duration;

use super::Services;
use crate::Timestamp;
use crate::ports::{Familiarity, StoreError, StoreExt, Transaction};
use crate::session::ClientNetwork;
use crate::user::{Credential, UserId, UserName};

/// The most networks of a user that are remembered: those that were seen last.
const MOST: usize = 20;
/// How long what was noted is good enough, so that not every login writes it.
const NOTED_FOR: Duration = Duration::from_secs(24 * 60 * 60);
/// How long a network is remembered that its user does not log in from.
pub(super) const REMEMBERED_FOR: Duration = Duration::from_secs(90 * 24 * 60 * 60);

/// Whose name it is, and whether that account knows the client that asks.
pub(super) struct NamedAccount {
    /// `None` where nobody has the name.
    pub credential: Option<Credential>,
    /// When its user was noted last to log in from the client's network.
    last_seen_at: Option<Timestamp>,
}

impl NamedAccount {
    /// Whether the account knows the client. One that nobody has knows none.
    pub fn familiarity(&self) -> Familiarity {
        match self.last_seen_at {
            Some(_) => Familiarity::Known,
            None => Familiarity::Stranger,
        }
    }

    /// Where the client is, if that is to be noted once it has logged in.
    pub fn news(&self, ip: Option<IpAddr>, now: Timestamp) -> Option<IpAddr> {
        let noted = self
            .last_seen_at
            .is_some_and(|seen| now < seen.plus(NOTED_FOR));
        ip.filter(|_| !noted)
    }
}

impl Services {
    /// Who has a name, as a client at this address sees it.
    pub(super) async fn account_named(
        &self,
        name: &UserName,
        ip: Option<IpAddr>,
    ) -> Result<NamedAccount, StoreError> {
        let (name, now) = (name.clone(), self.ports.clock.now());
        let network = ip.map(ClientNetwork::of);
        let store = &self.ports.store;
        store
            .read(move |tx| {
                let credential = tx.users().find_by_name(&name, now)?;
                let last_seen_at = match (&credential, network) {
                    (Some(account), Some(network)) => {
                        tx.known_clients().last_seen(account.user_id, network)?
                    }
                    _ => None,
                };
                Ok(NamedAccount {
                    credential,
                    last_seen_at,
                })
            })
            .await
    }
}

/// Notes that a user, who is locked or new, has proved to be at this address.
pub(super) fn note_client(
    tx: &mut dyn Transaction,
    user_id: UserId,
    ip: Option<IpAddr>,
    now: Timestamp,
) -> Result<(), StoreError> {
    match ip {
        Some(ip) => tx
            .known_clients()
            .note(user_id, ClientNetwork::of(ip), now, MOST),
        None => Ok(()),
    }
}

//! The clients that an account knows: those in networks that its user has logged in from. While others guess its
//! password, these clients can still log in, so guessing locks nobody out.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use crate::Timestamp;
use crate::ports::{Familiarity, LoginTarget, Reader, Store, StoreError, StoreExt, Transaction};
use crate::session::ClientNetwork;
use crate::user::{Credential, LoginName, User, UserId};

/// The most networks remembered per user: those seen last.
const MOST_NETWORKS: usize = 20;
/// How long a noted login is recent enough, so that not every login writes a row.
const NOTED_FOR: Duration = Duration::from_hours(24);
/// How long a network is remembered after its user last logged in from it.
pub(super) const REMEMBERED_FOR: Duration = Duration::from_hours(2160);

/// The account that a client logs in to, and whether it knows the client.
pub(super) struct NamedAccount {
    /// `None` if no account has the name, or the address proved.
    pub credential: Option<Credential>,
    /// When the user was last noted to log in from the client's network.
    last_seen_at: Option<Timestamp>,
}

impl NamedAccount {
    /// Looks up who has a name or, if nobody has it, the proved address, for a client at `ip`.
    pub async fn find(
        store: &Arc<dyn Store>,
        name: &LoginName,
        ip: Option<IpAddr>,
        now: Timestamp,
    ) -> Result<Self, StoreError> {
        let name = name.clone();
        let network = ip.map(ClientNetwork::of);
        store
            .read(move |reader| {
                let credential = find(reader, &name, now)?;
                let last_seen_at = match (&credential, network) {
                    (Some(account), Some(network)) => {
                        reader.known_clients().last_seen(account.user_id, network)?
                    }
                    _ => None,
                };
                Ok(Self {
                    credential,
                    last_seen_at,
                })
            })
            .await
    }

    /// Whose password the login tries, with the name that was given.
    pub fn target<'a>(&self, given: &'a LoginName) -> LoginTarget<'a> {
        match &self.credential {
            Some(account) => LoginTarget::Account(account.user_id),
            None => LoginTarget::Nobody(given),
        }
    }

    /// Whether the account knows the client. If there is no account, the client is a stranger.
    pub fn familiarity(&self) -> Familiarity {
        match self.last_seen_at {
            Some(_) => Familiarity::Known,
            None => Familiarity::Stranger,
        }
    }

    /// The client's address if a successful login must note it; `None` if it was noted less than a day ago.
    pub fn address_to_note(&self, ip: Option<IpAddr>, now: Timestamp) -> Option<IpAddr> {
        let noted = self
            .last_seen_at
            .is_some_and(|seen| now < seen.plus(NOTED_FOR));
        ip.filter(|_| !noted)
    }
}

/// Whether an account knows the client at `ip`.
pub(super) fn familiarity_with(
    reader: &mut dyn Reader,
    user_id: UserId,
    ip: Option<IpAddr>,
) -> Result<Familiarity, StoreError> {
    let Some(ip) = ip else {
        return Ok(Familiarity::Stranger);
    };
    let seen = reader
        .known_clients()
        .last_seen(user_id, ClientNetwork::of(ip))?;
    Ok(match seen {
        Some(_) => Familiarity::Known,
        None => Familiarity::Stranger,
    })
}

fn find(
    reader: &mut dyn Reader,
    name: &LoginName,
    now: Timestamp,
) -> Result<Option<Credential>, StoreError> {
    let by_name = match name.name() {
        Some(name) => reader.users().find_by_name(name, now)?,
        None => None,
    };
    match (by_name, name.email()) {
        (None, Some(email)) => reader.users().find_by_proved_email(email),
        (by_name, _) => Ok(by_name),
    }
}

/// Whether a login at `ip` is the first one of a locked user from there, though the user has logged in before. A user whose
/// networks are all forgotten has logged in before if the account is old enough.
pub(super) fn is_from_a_new_place(
    tx: &mut dyn Transaction,
    user: &User,
    ip: Option<IpAddr>,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let Some(ip) = ip else {
        return Ok(false);
    };
    let known = tx.known_clients();
    if known.last_seen(user.id, ClientNetwork::of(ip))?.is_some() {
        return Ok(false);
    }
    let is_known_elsewhere = !known.list_of(user.id, 1)?.is_empty();
    Ok(is_known_elsewhere || user.created_at.plus(REMEMBERED_FOR) <= now)
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
            .note(user_id, ClientNetwork::of(ip), now, MOST_NETWORKS),
        None => Ok(()),
    }
}

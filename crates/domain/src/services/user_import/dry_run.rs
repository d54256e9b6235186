//! An import that writes nothing.

use std::collections::HashSet;
use std::sync::Arc;

use sha2::{Digest, Sha256};

use super::{Checked, ImportError, ImportFate, ImportRefusal, fate};
use crate::Timestamp;
use crate::ports::{NewUser, Reader, Store, StoreError, StoreExt, Taken};
use crate::user::{AccountEmail, EmailAddress, UserName};

/// The most users that are compared with each other. Each takes some 60 bytes.
const MOST_USERS: usize = 10_000_000;

/// What an import would have written so far, by 8 bytes of a digest of each id, name and address.
#[derive(Default)]
pub(super) struct DryRun {
    users: usize,
    digests: HashSet<u64>,
}

/// What the database says about a user.
struct Found {
    taken: Option<Taken>,
    /// Whether the name is the proved address of another account.
    name_is_address: bool,
    there: Option<UserName>,
}

impl DryRun {
    /// What would become of each user.
    pub(super) async fn judge(
        &mut self,
        store: &Arc<dyn Store>,
        page: Vec<Checked>,
        now: Timestamp,
    ) -> Result<Vec<ImportFate>, ImportError> {
        let page = Arc::new(page);
        let asked = Arc::clone(&page);
        let found = store
            .read(move |reader| {
                let find = |user: &Checked| {
                    user.as_ref()
                        .map_or(Ok(None), |new| look(reader, new, now).map(Some))
                };
                asked.iter().map(find).collect::<Result<Vec<_>, _>>()
            })
            .await?;
        page.iter()
            .zip(found)
            .map(|(user, found)| match (user, found) {
                (Err(refusal), _) => Ok(ImportFate::Refused(refusal.clone())),
                (Ok(new), Some(found)) => self.decide(new, found),
                (Ok(_), None) => Ok(ImportFate::Taken),
            })
            .collect()
    }

    fn decide(&mut self, new: &NewUser, found: Found) -> Result<ImportFate, ImportError> {
        let keys = Keys::of(new);
        let has = |key: Option<u64>| key.is_some_and(|key| self.digests.contains(&key));
        let earlier = match (has(Some(keys.id)), has(Some(keys.name)), has(keys.email)) {
            (true, _, _) => Some(Taken::Id),
            (false, true, _) => Some(Taken::Name),
            (false, false, true) => Some(Taken::Email),
            (false, false, false) => None,
        };
        let taken = match (found.taken, earlier) {
            (Some(Taken::Id), _) | (_, Some(Taken::Id)) => Some(Taken::Id),
            (Some(Taken::Name), _) | (_, Some(Taken::Name)) => Some(Taken::Name),
            (found, earlier) => found.or(earlier),
        };
        let is_address = found.name_is_address || has(keys.name_as_address);
        if is_address && taken != Some(Taken::Id) {
            return Ok(ImportFate::Refused(ImportRefusal::NameIsAddress));
        }
        // An earlier entry of this id: whether its name was the same is not remembered but by its digest.
        let there = match (&found.there, earlier) {
            (None, Some(Taken::Id)) if has(Some(keys.name)) => Some(&new.user.name),
            (there, _) => there.as_ref(),
        };
        let fate = fate(new, taken, there);
        if fate == ImportFate::Taken {
            self.users += 1;
            if self.users > MOST_USERS {
                return Err(ImportError::TooManyToCompare(MOST_USERS));
            }
            self.digests.extend([keys.id, keys.name]);
            self.digests.extend(keys.email);
            self.digests.extend(keys.proved);
        }
        Ok(fate)
    }
}

/// The digests of what must be a user's alone.
struct Keys {
    id: u64,
    name: u64,
    email: Option<u64>,
    /// The address, if it is proved.
    proved: Option<u64>,
    /// The name, as the proved address that it would be.
    name_as_address: Option<u64>,
}

impl Keys {
    fn of(new: &NewUser) -> Self {
        let user = &new.user;
        let address = user.email.as_ref().map(AccountEmail::address);
        let proved = user.email.as_ref().and_then(AccountEmail::proved_address);
        let name_as_address = EmailAddress::parse(user.name.as_str()).ok();
        let proved_digest =
            |address: &EmailAddress| digest(b"proved", address.normalized().as_bytes());
        Self {
            id: digest(b"id", user.id.uuid().as_bytes()),
            name: digest(b"name", user.name.normalized().as_bytes()),
            email: address.map(|address| digest(b"email", address.normalized().as_bytes())),
            proved: proved.map(proved_digest),
            name_as_address: name_as_address.as_ref().map(proved_digest),
        }
    }
}

fn digest(kind: &[u8], value: &[u8]) -> u64 {
    let mut digest = Sha256::new();
    digest.update(kind);
    digest.update([0]);
    digest.update(value);
    let bytes = digest.finalize();
    bytes
        .iter()
        .take(8)
        .fold(0, |number, byte| number << 8 | u64::from(*byte))
}

fn look(reader: &mut dyn Reader, new: &NewUser, now: Timestamp) -> Result<Found, StoreError> {
    let user = &new.user;
    let address = user.email.as_ref().map(AccountEmail::address);
    let users = reader.users();
    let taken = if users.find_credential(user.id)?.is_some() {
        Some(Taken::Id)
    } else if users.find_by_name(&user.name, now)?.is_some() {
        Some(Taken::Name)
    } else {
        match address {
            Some(address) => users.find_by_email(address, now)?.map(|_| Taken::Email),
            None => None,
        }
    };
    let there = match taken {
        Some(Taken::Id) => users.name_of(user.id)?,
        Some(Taken::Name | Taken::Email) | None => None,
    };
    let holder = match EmailAddress::parse(user.name.as_str()) {
        Ok(address) => users.find_by_proved_email(&address)?,
        Err(_) => None,
    };
    let name_is_address = holder.is_some_and(|holder| holder.user_id != user.id);
    Ok(Found {
        taken,
        name_is_address,
        there,
    })
}

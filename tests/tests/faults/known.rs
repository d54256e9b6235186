//! What the clients of a group have been told, and tell each other. They share a few names, a *room*, and leave it for
//! another after a while.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard};
use std::time::{Duration, Instant};

use azuma_checker::history::Token;

/// How long a group uses the same names. After that it takes others, so that what nobody knows the outcome of does not
/// add up, and the history of each name stays short enough to be checked.
const ROOM_LASTS: Duration = Duration::from_secs(4);
/// How many tokens that were refused, or are of earlier rooms, are still checked.
const OLD_TOKENS: usize = 8;

/// A token that a client holds.
#[derive(Clone, Debug)]
pub struct Held {
    pub text: String,
    pub named: Token,
    pub user: String,
}

/// A name and a password that may belong to it.
#[derive(Clone, Debug)]
pub struct Credential {
    pub name: String,
    pub password: String,
}

/// Clients that know what each other was told.
pub struct Group {
    number: usize,
    known: Mutex<Known>,
}

/// What they know.
pub struct Known {
    began: Instant,
    /// How often the database has lost commits. What was known of the rooms before is not known to be true any more.
    losses: u32,
    room: u32,
    passwords: u32,
    /// Who has each password.
    owners: BTreeMap<String, String>,
    /// The token that somebody checks again and again.
    pub watched: Option<Held>,
    pub tokens: Vec<Held>,
    pub credentials: Vec<Credential>,
    pub old_tokens: Vec<Held>,
    /// One token of each earlier room, which nobody revokes any more.
    pub kept_tokens: Vec<Held>,
    prefix: String,
}

impl Group {
    pub fn new(number: usize) -> Self {
        Self {
            number,
            known: Mutex::new(Known {
                began: Instant::now(),
                losses: 0,
                room: 0,
                passwords: 0,
                owners: BTreeMap::new(),
                watched: None,
                tokens: Vec::new(),
                credentials: Vec::new(),
                old_tokens: Vec::new(),
                kept_tokens: Vec::new(),
                prefix: format!("g{number}"),
            }),
        }
    }

    /// What the group knows.
    pub fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().expect("no client panics")
    }

    /// Takes other names, if the group has used these for long enough.
    pub fn move_on(&self) {
        let mut known = self.known();
        if known.began.elapsed() > ROOM_LASTS {
            known.enter_next_room(self.number);
        }
    }

    /// Takes other names after a loss, and returns all tokens that are still checked.
    pub fn leave_room(&self) -> Vec<Held> {
        let mut known = self.known();
        let mut tokens = known.old_tokens.clone();
        tokens.extend(known.kept_tokens.iter().rev().take(20).cloned());
        tokens.extend(known.tokens.iter().cloned());
        known.losses += 1;
        known.enter_next_room(self.number);
        tokens
    }
}

impl Known {
    fn enter_next_room(&mut self, group: usize) {
        self.began = Instant::now();
        self.room += 1;
        self.prefix = match self.losses {
            0 => format!("g{group}-{}", self.room),
            losses => format!("g{group}after{losses}-{}", self.room),
        };
        self.credentials.clear();
        self.owners.clear();
        self.kept_tokens.extend(self.tokens.pop());
        self.old_tokens.append(&mut self.tokens);
        self.forget_oldest();
    }

    fn forget_oldest(&mut self) {
        let surplus = self.old_tokens.len().saturating_sub(OLD_TOKENS);
        self.old_tokens.drain(..surplus);
    }

    /// Learns that a token was refused. It is not used any more, but still checked.
    pub fn learn_refusal(&mut self, refused: &Held) {
        let count = self.tokens.len();
        self.tokens.retain(|held| held.text != refused.text);
        if self.tokens.len() < count {
            self.old_tokens.push(refused.clone());
            self.forget_oldest();
        }
    }

    /// A name of the room.
    pub fn name(&self, number: u8) -> String {
        format!("{}-{number}", self.prefix)
    }

    /// An address of the room.
    pub fn address(&self, number: u8) -> String {
        format!("{}-{number}@example.org", self.prefix)
    }

    /// How the addresses of the room begin.
    pub fn addresses(&self) -> &str {
        &self.prefix
    }

    /// How the addresses of all rooms since the last loss begin.
    pub fn all_addresses(&self) -> &str {
        let (group, _) = self.prefix.split_once('-').unwrap_or((&self.prefix, ""));
        group
    }

    /// A password that nobody has had.
    pub fn new_password(&mut self) -> String {
        self.passwords += 1;
        format!("password-{}-{}", self.prefix, self.passwords)
    }

    /// Learns a token.
    pub fn learn_token(&mut self, held: Held) {
        if self.tokens.iter().all(|other| other.text != held.text) {
            self.tokens.push(held);
        }
    }

    /// Learns who has a password.
    pub fn learn_owner(&mut self, password: &str, user: &str) {
        self.owners.insert(password.to_owned(), user.to_owned());
    }

    /// Who has a password, if that is known.
    pub fn owner(&self, password: &str) -> Option<String> {
        self.owners.get(password).cloned()
    }

    /// Learns what may be somebody's name and password.
    pub fn learn(&mut self, name: &str, password: &str) {
        self.credentials.push(Credential {
            name: name.to_owned(),
            password: password.to_owned(),
        });
    }

    /// Somebody has this name now, or this password.
    pub fn learn_change(&mut self, name: Option<&str>, password: Option<&str>) {
        let newest = self.credentials.iter().rev().take(2);
        let changed: Vec<Credential> = newest
            .map(|credential| Credential {
                name: name.unwrap_or(&credential.name).to_owned(),
                password: password.unwrap_or(&credential.password).to_owned(),
            })
            .collect();
        self.credentials.extend(changed);
    }
}

/// The `number`th from the end, counted round.
pub fn newest<T: Clone>(all: &[T], number: usize) -> Option<T> {
    let last = all.len().checked_sub(1)?;
    all.get(last - number % all.len()).cloned()
}

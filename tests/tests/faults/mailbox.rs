//! The mail of a run: what the mail server has taken, what the outbox was seen to hold, and the links that clients find.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use azuma_checker::history::{
    AcceptedMail, Link, LinkTimes, MailState, Moment, Purpose, QueuedMail,
};
use azuma_tests::deadline::Deadline;
use azuma_tests::mail::Mail;
use sha2::{Digest, Sha256};
use tokio::task::spawn_blocking;
use tokio::time::sleep;

use super::run::Seen;
use super::systems::{RECOVERY_LIFETIME, REGISTRATION_LIFETIME, Script, System};

/// How often somebody looks.
const EVERY: Duration = Duration::from_millis(250);
/// How many seconds the last messages may take: the lease of a node that was killed, and the longest wait after that.
const SENT_WITHIN: u64 = 90;

/// The links that work, the messages that are to be sent, and the recoveries that nobody has looked at.
const MAIL: Script = Script {
    postgres:
        "SELECT 'link', encode(hash, 'hex'), replace(user_id::text, '-', ''), purpose, (extract(epoch FROM expires_at) * 1000000)::bigint FROM links;
SELECT 'mail', replace(id::text, '-', ''), lower(address), (dead_at IS NOT NULL)::int FROM outbox;
SELECT 'recovery' FROM recoveries;",
    sqlite: "SELECT 'link', lower(hex(hash)), lower(hex(user_id)), purpose, expires_at FROM links;
SELECT 'mail', lower(hex(id)), lower(address), dead_at IS NOT NULL FROM outbox;
SELECT 'recovery' FROM recoveries;",
};

/// A mailed link, as who reads the mail has it.
#[derive(Clone)]
pub struct MailedLink {
    pub token: String,
    pub link: Link,
}

/// What is known about the mail of a run.
#[derive(Default)]
pub struct Mailbox(Mutex<Known>);

#[derive(Default)]
struct Known {
    delivered: Vec<Delivered>,
    /// Links whose user is not known yet.
    unknown: Vec<Unread>,
    links: Vec<MailedLink>,
    outbox: Vec<QueuedMail>,
    recoveries: usize,
}

/// A link as a message has it.
struct Unread {
    token: String,
    mailed_to: String,
    mailed_at: Moment,
}

/// A message that was taken.
struct Delivered {
    id: String,
    to: String,
    began: Moment,
    at: Moment,
    /// When the outbox was first seen without it.
    gone: Option<Moment>,
}

/// What the database holds.
struct Stored {
    /// The links, by the hash of their tokens.
    links: BTreeMap<String, StoredLink>,
    outbox: Vec<QueuedMail>,
    recoveries: usize,
}

struct StoredLink {
    user: String,
    purpose: Purpose,
    /// In microseconds since 1970.
    expires_at: i64,
}

impl StoredLink {
    /// When the link was made, at the latest, and how long it works, where the nodes' clocks are right. One that recovers a
    /// waiting account works for a shorter time than others.
    fn times(&self, mailed_at: Moment, seen: &Seen) -> LinkTimes {
        let expires_at = seen.unix_micros(self.expires_at);
        let lives = match self.purpose {
            Purpose::VerifyAccount | Purpose::ChangeEmail => REGISTRATION_LIFETIME,
            Purpose::ResetPassword => RECOVERY_LIFETIME,
        };
        LinkTimes {
            created_at: expires_at.minus(lives),
            mailed_at,
            expires_at,
        }
    }
}

impl Mailbox {
    /// The `number`th newest link that was mailed to an address with this beginning.
    pub fn link(&self, prefix: &str, number: usize) -> Option<MailedLink> {
        let known = self.known();
        let links = known.links.iter().rev();
        links
            .filter(|mailed| mailed.link.mailed_to.starts_with(prefix))
            .nth(number)
            .cloned()
    }

    /// Looks again and again.
    pub async fn watch_until(
        self: Arc<Self>,
        system: Arc<dyn System>,
        seen: Arc<Seen>,
        over: Arc<AtomicBool>,
    ) {
        while !over.load(Ordering::Relaxed) {
            // Something may be broken. Whoever looks later sees what there is.
            let _ = self.look(&system, &seen).await;
            sleep(EVERY).await;
        }
    }

    /// Waits until nothing is to be sent any more. Nothing is broken any more.
    pub async fn until_all_is_sent(&self, system: &Arc<dyn System>, seen: &Seen) {
        let deadline = Deadline::in_seconds(SENT_WITHIN);
        loop {
            let looked = self.look(system, seen).await;
            let is_left = self.known().is_anything_to_be_sent();
            match looked {
                Ok(()) if !is_left => return,
                Err(reason) if deadline.is_over() => panic!("{reason}"),
                _ if deadline.is_over() => return,
                _ => sleep(EVERY).await,
            }
        }
    }

    /// The messages as often as they were taken, each with when the outbox was seen without it. A message that was handed
    /// over again before that was not known to be sent when it was.
    pub fn accepted(&self) -> Vec<AcceptedMail> {
        let mut known = self.known();
        known.delivered.sort_by_key(|delivered| delivered.began);
        let delivered = &known.delivered;
        let accepted = delivered.iter().enumerate().map(|(number, one)| {
            let later = &delivered[number + 1..];
            let is_again = |gone| {
                later
                    .iter()
                    .any(|other| other.id == one.id && other.began <= gone)
            };
            AcceptedMail {
                id: one.id.clone(),
                to: one.to.clone(),
                at: one.at,
                settled: one.gone.filter(|gone| !is_again(*gone)),
            }
        });
        accepted.collect()
    }

    /// What the outbox held at the end.
    pub fn outbox(&self) -> Vec<QueuedMail> {
        self.known().outbox.clone()
    }

    async fn look(&self, system: &Arc<dyn System>, seen: &Seen) -> Result<(), String> {
        let count = self.known().delivered.len();
        let taken = system.smtp().taken_after(count);
        self.known().deliver(taken.into_iter().map(|taken| {
            let (began, at) = (seen.moment(taken.began), seen.moment(taken.at));
            (taken.mail, began, at)
        }));
        let asked = seen.now();
        let system_tells_times = system.bounds().clock_skew.is_zero();
        let system = Arc::clone(system);
        let printed = spawn_blocking(move || system.try_ask(&MAIL)).await;
        let stored = Stored::read(&printed.map_err(|error| error.to_string())??);
        let times = system_tells_times.then_some(seen);
        self.known().compare(stored, asked, seen.now(), times);
        Ok(())
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.0.lock().expect("nobody panics while looking")
    }
}

impl Known {
    fn is_anything_to_be_sent(&self) -> bool {
        let is_queued = |mail: &QueuedMail| mail.state == MailState::Queued;
        self.recoveries > 0 || self.outbox.iter().any(is_queued)
    }

    fn deliver(&mut self, taken: impl Iterator<Item = (Mail, Moment, Moment)>) {
        for (mail, began, at) in taken {
            if mail.text.contains("?token=") {
                self.unknown.push(Unread {
                    token: mail.token(),
                    mailed_to: mail.to.clone(),
                    mailed_at: at,
                });
            }
            self.delivered.push(Delivered {
                id: id_of(&mail.message_id),
                to: mail.to,
                began,
                at,
                gone: None,
            });
        }
    }

    /// Compares what is known with what the database held at a moment between these two. Without `seen`, the nodes' clocks say
    /// nothing of the run's time.
    fn compare(&mut self, stored: Stored, asked: Moment, answered: Moment, seen: Option<&Seen>) {
        let left: BTreeSet<&str> = stored.outbox.iter().map(|mail| mail.id.as_str()).collect();
        for delivered in &mut self.delivered {
            if delivered.gone.is_none()
                && delivered.at < asked
                && !left.contains(delivered.id.as_str())
            {
                delivered.gone = Some(answered);
            }
        }
        for unread in std::mem::take(&mut self.unknown) {
            let id = hash_of(&unread.token);
            let is_new = self.links.iter().all(|known| known.link.id != id);
            // A link that was used or replaced before somebody looked is not followed.
            if let Some(stored) = stored.links.get(&id).filter(|_| is_new) {
                let link = Link {
                    id,
                    user: stored.user.clone(),
                    mailed_to: unread.mailed_to,
                    purpose: stored.purpose,
                    times: seen.map(|seen| stored.times(unread.mailed_at, seen)),
                };
                self.links.push(MailedLink {
                    token: unread.token,
                    link,
                });
            }
        }
        self.outbox = stored.outbox;
        self.recoveries = stored.recoveries;
    }
}

impl Stored {
    fn read(printed: &str) -> Self {
        let mut stored = Self {
            links: BTreeMap::new(),
            outbox: Vec::new(),
            recoveries: 0,
        };
        for line in printed.lines() {
            match line.split('|').collect::<Vec<_>>()[..] {
                ["link", hash, user, purpose, expires_at] => {
                    let link = StoredLink {
                        user: user_of(user),
                        purpose: purpose_of(purpose),
                        expires_at: expires_at.parse().expect("microseconds"),
                    };
                    stored.links.insert(hash.to_owned(), link);
                }
                ["recovery"] => stored.recoveries += 1,
                ["mail", id, to, dead] => stored.outbox.push(QueuedMail {
                    id: id.to_owned(),
                    to: to.to_owned(),
                    created_at: None,
                    state: match dead {
                        "0" => MailState::Queued,
                        _ => MailState::DeadLetter,
                    },
                }),
                _ => panic!("no row of links or of the outbox: {line}"),
            }
        }
        stored
    }
}

/// What a history calls the user with this id: what its ObjectId says as well.
pub fn user_of(id: &str) -> String {
    let digits: Vec<char> = id.chars().filter(char::is_ascii_hexdigit).collect();
    digits[digits.len() - 16..].iter().collect()
}

fn purpose_of(stored: &str) -> Purpose {
    match stored {
        "verify_account" => Purpose::VerifyAccount,
        "change_email" => Purpose::ChangeEmail,
        "reset_password" => Purpose::ResetPassword,
        other => panic!("no purpose of a link: {other}"),
    }
}

/// The id in the outbox of the message with this `Message-ID`.
fn id_of(message_id: &str) -> String {
    let (id, _) = message_id.split_once('@').unwrap_or((message_id, ""));
    id.chars().filter(char::is_ascii_hexdigit).collect()
}

/// What the database finds a link by.
fn hash_of(token: &str) -> String {
    let hash = Sha256::digest(token.as_bytes());
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}

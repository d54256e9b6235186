//! A node: the services over the session cache, with what goes on beside the requests.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::Mutex;
use std::time::Duration;

use azuma_checker::history::UnwrittenUses;
use azuma_domain::mail::NewLoginNotice;
use azuma_domain::mail::{LeasedMail, UnreadableMail};
use azuma_domain::ports::{Clock, Entropy, Mailer, PasswordHasher, SessionCheck, Store};
use azuma_domain::registration::RegistrationRules;
use azuma_domain::services::{
    Accounts, Delivery, Doorkeeper, Housekeeping, KeptFor, Mailing, PasswordBlocklist,
    RecoveryProgress, SessionIssuer, Sessions, SharedClock,
};
use azuma_domain::session::Lifetimes;
use azuma_domain::token::{SecretKey, TokenKeys};
use azuma_domain::user::{CurrentPasswordRule, PasswordRules};
use azuma_infra::abuse_guard::NoGuard;
use azuma_infra::session_cache::SessionCache;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout_at};

use crate::chance::{Chance, Decides};
use crate::fault::Lane;
use crate::life::{Defects, Life, Stopping};
use crate::mail_server::{Mailbox, NodeMailer};
use crate::plan::Limits;
use crate::ports::{NoLog, NodeClock, PlainHasher, RunClock, SeededEntropy};
use crate::store::{NodeStore, Path};

const DAY: Duration = Duration::from_hours(24);
/// How long an account waits for its address to be verified.
pub(crate) const REGISTRATION_LIFETIME: Duration = Duration::from_mins(10);
/// How long a token lives after its successor was first used.
pub(crate) const GRACE: Duration = Duration::from_mins(1);
/// How often the outbox and the recoveries are looked at.
const MAIL_EVERY: Duration = Duration::from_secs(2);
const SWEEP_EVERY: Duration = Duration::from_mins(1);
/// `http.shutdown_grace`.
const SHUTDOWN_GRACE: Duration = Duration::from_secs(30);
/// The least time that stopping allows for writing the last uses.
const LAST_WRITES: Duration = Duration::from_secs(1);

const KEPT_FOR: KeptFor = KeptFor {
    mail: DAY.saturating_mul(30),
    events: DAY.saturating_mul(90),
};

/// What a node is made of.
pub(crate) struct Parts {
    pub(crate) number: usize,
    /// How many lives the node had before.
    pub(crate) lives: u32,
    pub(crate) ahead_millis: i32,
    pub(crate) limits: Limits,
    pub(crate) clock: RunClock,
    pub(crate) chance: Chance,
    pub(crate) database: Arc<dyn Store>,
    pub(crate) path: Arc<Path>,
    pub(crate) mailbox: Mailbox,
    pub(crate) defects: Defects,
    pub(crate) mailer: NodeMailer,
}

const LIFETIMES: Lifetimes = Lifetimes {
    extend_to: DAY.saturating_mul(14),
    lifetime: DAY.saturating_mul(30),
    renew_within: DAY.saturating_mul(7),
    grace: GRACE,
    absolute: None,
};

/// A running node. It crashes when it is dropped.
pub(crate) struct Node {
    pub(crate) accounts: Arc<Accounts>,
    pub(crate) sessions: Arc<Sessions>,
    pub(crate) life: Life,
    cache: SessionCache,
    stopping: Stopping,
    /// They end when the node stops.
    workers: RefCell<JoinSet<()>>,
    _cache_runs: JoinSet<()>,
}

impl Node {
    pub(crate) fn start(parts: Parts) -> Self {
        let life = parts.mailer.life.clone();
        let store = |lane| -> Arc<dyn Store> {
            Arc::new(NodeStore {
                database: Arc::clone(&parts.database),
                path: Arc::clone(&parts.path),
                life: life.clone(),
                lane,
            })
        };
        let (requests, polls) = (store(Lane::Requests), store(Lane::Polls));
        let clock: Arc<dyn Clock> = Arc::new(NodeClock {
            run: parts.clock,
            ahead_millis: parts.ahead_millis,
        });
        let ids = Decides::Ids(parts.number);
        let entropy: Arc<dyn Entropy> = Arc::new(SeededEntropy(Mutex::new(
            parts.chance.rng(ids, parts.lives),
        )));
        let hasher: Arc<dyn PasswordHasher> = Arc::new(PlainHasher);
        let mailer: Arc<dyn Mailer> = Arc::new(parts.mailer);
        let keys = TokenKeys::new(SecretKey::from_bytes([7; 32]), Vec::new());
        let doorkeeper = Doorkeeper::new(Arc::new(NoGuard), Arc::new(NoLog));
        let issuer = SessionIssuer::new(keys.clone(), Arc::clone(&entropy));
        let Limits {
            sessions_per_user,
            cached_sessions,
        } = parts.limits;
        let cache = SessionCache::new(
            Arc::clone(&requests),
            polls,
            Arc::clone(&clock),
            cached_sessions,
        );
        let session_check: Arc<dyn SessionCheck> = Arc::new(cache.clone());
        let accounts = Arc::new(Accounts {
            store: Arc::clone(&requests),
            session_check: Arc::clone(&session_check),
            hasher: Arc::clone(&hasher),
            doorkeeper: doorkeeper.clone(),
            issuer: issuer.clone(),
            keys: keys.clone(),
            clock: Arc::clone(&clock),
            entropy: Arc::clone(&entropy),
            registration: RegistrationRules::default(),
            password_rules: PasswordRules { min_length: 1 },
            blocklist: PasswordBlocklist::Off,
            current_password: CurrentPasswordRule::NotAsked,
            registration_lifetime: REGISTRATION_LIFETIME,
            recovery_lifetime: Duration::from_mins(15),
        });
        let sessions = Arc::new(Sessions {
            store: Arc::clone(&requests),
            session_check,
            hasher,
            doorkeeper,
            issuer,
            keys: keys.clone(),
            clock: Arc::clone(&clock),
            entropy: Arc::clone(&entropy),
            new_login_notice: NewLoginNotice::Off,
            lifetimes: LIFETIMES,
            sessions_per_user,
        });
        let mailing = Mailing {
            store: Arc::clone(&requests),
            mailer: Arc::clone(&mailer),
            keys,
            clock: Arc::new(SharedClock::new(Arc::clone(&clock))),
            entropy,
        };
        let housekeeping = Housekeeping::new(requests, mailer, clock, KEPT_FOR);
        let stopping = Stopping::default();
        let (mut cache_runs, mut workers) = (JoinSet::new(), JoinSet::new());
        cache_runs.spawn(cache.clone().run());
        let desk = MailDesk {
            number: parts.number,
            mailing,
            mailbox: parts.mailbox,
            clock: parts.clock,
            defects: parts.defects.clone(),
            stopping: stopping.clone(),
        };
        workers.spawn(desk.send_mail());
        workers.spawn(begin_recoveries(
            Arc::clone(&accounts),
            parts.defects.clone(),
            stopping.clone(),
        ));
        workers.spawn(sweep(housekeeping, parts.defects, stopping.clone()));
        Self {
            accounts,
            sessions,
            life,
            cache,
            stopping,
            workers: RefCell::new(workers),
            _cache_runs: cache_runs,
        }
    }

    /// Stops as `azuma serve` does on SIGTERM: open requests are answered, workers end what they are at, and the last uses
    /// are written, all of it in time. Nobody may begin a request any more.
    pub(crate) async fn stop(self: &Rc<Self>) -> UnwrittenUses {
        let told_at = Instant::now();
        self.stopping.begin();
        while Rc::strong_count(self) > 1 && told_at.elapsed() < SHUTDOWN_GRACE * 3 / 4 {
            sleep(Duration::from_millis(10)).await;
        }
        let deadline = (told_at + SHUTDOWN_GRACE).max(Instant::now() + LAST_WRITES);
        let written = timeout_at(deadline, self.cache.write_all_uses()).await;
        let mut workers = self.workers.take();
        let _ = timeout_at(deadline, async {
            while workers.join_next().await.is_some() {}
        })
        .await;
        match written {
            Ok(()) => UnwrittenUses::Written,
            Err(_) => UnwrittenUses::Lost,
        }
    }
}

/// What sends a node's messages.
struct MailDesk {
    number: usize,
    mailing: Mailing,
    mailbox: Mailbox,
    clock: RunClock,
    defects: Defects,
    stopping: Stopping,
}

impl MailDesk {
    /// Sends due messages, one after the other.
    async fn send_mail(self) {
        while !self.stopping.has_begun() {
            match self.mailing.lease_mail().await {
                Ok(Some(leased)) => {
                    self.deliver(leased).await;
                    continue;
                }
                Ok(None) => {}
                Err(error) => self.defects.note(&error),
            }
            self.stopping.pause(MAIL_EVERY).await;
        }
    }

    async fn deliver(&self, leased: Result<LeasedMail, UnreadableMail>) {
        let mailing = &self.mailing;
        let lease = match &leased {
            Ok(leased) => leased.lease,
            Err(unreadable) => unreadable.lease,
        };
        let delivery = mailing.send_mail(leased).await;
        while let Err(error) = mailing.settle_mail(lease, &delivery).await {
            self.defects.note(&error);
            if !mailing.holds(lease) {
                return;
            }
            sleep(MAIL_EVERY).await;
        }
        if !mailing.holds(lease) {
            return;
        }
        let (mailbox, number, clock) = (&self.mailbox, self.number, self.clock);
        match delivery {
            Delivery::Done => mailbox.settled(number, lease.id, clock),
            Delivery::DeadLettered(_) => mailbox.settled_refusal(number, lease.id, clock),
            Delivery::Rescheduled(..) => {}
        }
    }
}

async fn begin_recoveries(accounts: Arc<Accounts>, defects: Defects, stopping: Stopping) {
    while !stopping.has_begun() {
        match accounts.begin_recoveries().await {
            Ok(RecoveryProgress::NoneDue) => {}
            Ok(_) => continue,
            Err(error) => defects.note(&error),
        }
        stopping.pause(MAIL_EVERY).await;
    }
}

async fn sweep(housekeeping: Housekeeping, defects: Defects, stopping: Stopping) {
    while !stopping.has_begun() {
        if let Err(error) = housekeeping.sweep().await {
            defects.note(&error);
        }
        stopping.pause(SWEEP_EVERY).await;
    }
}

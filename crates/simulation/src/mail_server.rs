//! The mail server, and the mailbox that clients read.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use azuma_checker::history::{AcceptedMail, Link, LinkTimes, Purpose, RefusedMail};
use azuma_domain::Timestamp;
use azuma_domain::mail::{MailId, MailKind, OutgoingMail};
use azuma_domain::ports::{Accepted, BoxFuture, Mailer, SendError};
use azuma_domain::token::Token;
use tokio::time::sleep;

use crate::chance::{Chance, Decides};
use crate::client::email_of;
use crate::fault::{End, Fault, Point};
use crate::incident::{Incident, Incidents};
use crate::life::{Life, Mended};
use crate::ports::{RunClock, moment_of};

/// The longest time that a message takes.
const TIMEOUT: Duration = Duration::from_secs(2);

/// A mailed link, as who reads the mail has it.
#[derive(Clone)]
pub(crate) struct MailedLink {
    pub(crate) token: Token,
    pub(crate) link: Link,
}

/// What the mail server has taken. Clones share it.
#[derive(Clone, Default)]
pub(crate) struct Mailbox(Arc<Mutex<Taken>>);

#[derive(Default)]
struct Taken {
    /// Each with the node that handed it over.
    accepted: Vec<(usize, AcceptedMail)>,
    refused: Vec<(usize, RefusedMail)>,
    links: Vec<MailedLink>,
}

impl Mailbox {
    fn taken(&self) -> MutexGuard<'_, Taken> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The links so far, the newest last.
    pub(crate) fn links(&self) -> Vec<MailedLink> {
        self.taken().links.clone()
    }

    /// The messages so far.
    pub(crate) fn accepted(&self) -> Vec<AcceptedMail> {
        let taken = self.taken();
        taken
            .accepted
            .iter()
            .map(|(_, mail)| mail.clone())
            .collect()
    }

    /// The messages that were refused for good.
    pub(crate) fn refused(&self) -> Vec<RefusedMail> {
        let taken = self.taken();
        taken.refused.iter().map(|(_, mail)| mail.clone()).collect()
    }

    /// A node has stored that the message that it handed over last was sent.
    pub(crate) fn settled(&self, node: usize, id: MailId, clock: RunClock) {
        let id = id.to_string();
        let mut taken = self.taken();
        let mut accepted = taken.accepted.iter_mut().rev();
        let handed_over = accepted.find(|(by, mail)| *by == node && mail.id == id);
        if let Some((_, mail)) = handed_over {
            mail.settled = Some(clock.now());
        }
    }

    /// A node has stored that the message that it handed over last was refused for good.
    pub(crate) fn settled_refusal(&self, node: usize, id: MailId, clock: RunClock) {
        let id = id.to_string();
        let mut taken = self.taken();
        let mut refused = taken.refused.iter_mut().rev();
        let handed_over = refused.find(|(by, mail)| *by == node && mail.id == id);
        if let Some((_, mail)) = handed_over {
            mail.settled = Some(clock.now());
        }
    }

    fn refuse(&self, node: usize, mail: &OutgoingMail, clock: RunClock) {
        let refused = RefusedMail {
            id: mail.id.to_string(),
            user: mail.user_id.map(|user| user.to_string()),
            at: clock.now(),
            settled: None,
        };
        self.taken().refused.push((node, refused));
    }

    fn take(&self, node: usize, mail: &OutgoingMail, token: Option<Token>, clock: RunClock) {
        let to = mail.to.normalized().to_owned();
        let mut taken = self.taken();
        if let (Some(token), Some(user), Some(purpose)) =
            (token, mail.user_id, purpose_of(mail.kind))
        {
            taken.links.push(MailedLink {
                link: Link {
                    id: token.expose().to_owned(),
                    user: user.to_string(),
                    mailed_to: to.clone(),
                    purpose,
                    times: Some(LinkTimes {
                        created_at: moment_of(mail.created_at),
                        mailed_at: clock.now(),
                        expires_at: moment_of(mail.expires_at),
                    }),
                },
                token,
            });
        }
        let accepted = AcceptedMail {
            id: mail.id.to_string(),
            to,
            at: clock.now(),
            settled: None,
        };
        taken.accepted.push((node, accepted));
    }
}

fn purpose_of(kind: MailKind) -> Option<Purpose> {
    match kind {
        MailKind::VerifyAccount(_) => Some(Purpose::VerifyAccount),
        MailKind::ConfirmEmail(_) => Some(Purpose::ChangeEmail),
        MailKind::ResetPassword(_) => Some(Purpose::ResetPassword),
        MailKind::EmailChangeRequested
        | MailKind::EmailChanged
        | MailKind::PasswordChanged
        | MailKind::NewLogin
        | MailKind::Test => None,
    }
}

/// The mail server as a node reaches it.
pub(crate) struct NodeMailer {
    pub(crate) node: usize,
    pub(crate) mailbox: Mailbox,
    pub(crate) clock: RunClock,
    pub(crate) chance: Chance,
    pub(crate) faults: Vec<Fault>,
    /// How many messages all lives of the node have handed over.
    pub(crate) messages: Arc<AtomicU32>,
    pub(crate) life: Life,
    pub(crate) mended: Mended,
    pub(crate) incidents: Incidents,
}

impl NodeMailer {
    async fn hand_over(
        &self,
        mail: OutgoingMail,
        token: Option<Token>,
    ) -> Result<Accepted, SendError> {
        let number = self.messages.fetch_add(1, Ordering::SeqCst);
        let wait = self.chance.delay(Decides::Mail(self.node), number);
        sleep(wait).await;
        let refused = || Err(SendError::Transient("try again later".to_owned()));
        if self.is_down() {
            return refused();
        }
        if self.refuses(mail.to.normalized()) {
            self.mailbox.refuse(self.node, &mail, self.clock);
            self.incidents.note(Incident::MailRefused);
            return Err(SendError::Permanent("550 no such mailbox".to_owned()));
        }
        let failure = self.faults.iter().find_map(|fault| match *fault {
            _ if self.mended.is_true() => None,
            Fault::Mail {
                node,
                message,
                point,
                end,
            } if (node, message) == (self.node, number) => Some((point, end)),
            _ => None,
        });
        if let None | Some((Point::Done, _)) = failure {
            self.mailbox.take(self.node, &mail, token, self.clock);
        }
        if let Some((_, end)) = failure {
            return match end {
                End::Error => refused(),
                End::Crash { down } => {
                    let down = Duration::from_millis(u64::from(down));
                    self.life.crash_here(down).await
                }
            };
        }
        sleep(wait).await;
        Ok(Accepted {
            response: "250".to_owned(),
        })
    }

    fn is_down(&self) -> bool {
        self.faults.iter().any(|fault| match *fault {
            Fault::MailDown { at, lasts } => self.is_between(at, lasts),
            _ => false,
        })
    }

    fn refuses(&self, to: &str) -> bool {
        self.faults.iter().any(|fault| match *fault {
            Fault::MailRefused { email, at, lasts } => {
                email_of(email) == to && self.is_between(at, lasts)
            }
            _ => false,
        })
    }

    fn is_between(&self, at: u32, lasts: u32) -> bool {
        let from = Duration::from_millis(u64::from(at));
        let to = from + Duration::from_millis(u64::from(lasts));
        (from..to).contains(&self.clock.running())
    }
}

impl Mailer for NodeMailer {
    fn send(
        &self,
        mail: OutgoingMail,
        token: Option<Token>,
    ) -> BoxFuture<'_, Result<Accepted, SendError>> {
        Box::pin(self.hand_over(mail, token))
    }

    fn discard(&self, _until: Timestamp) -> BoxFuture<'_, std::io::Result<usize>> {
        Box::pin(async { Ok(0) })
    }

    fn timeout(&self) -> Duration {
        TIMEOUT
    }
}

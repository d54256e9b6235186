//! What a client asks next, as a seed decides and as far as it is known.

use std::time::Duration;

use azuma_checker::history::{Policy, Purpose, Request};
use fastrand::Rng;

use super::known::{Held, Known, newest};
use super::mailbox::{Mailbox, MailedLink};

/// How many names and addresses a room has.
const NAMES: u8 = 3;
/// How many names are there for accounts that wait: the first are those that others want, too.
const MORE_NAMES: u8 = 5;
/// How many of the tokens that nobody revokes are checked before the end.
const KEPT_TOKENS: usize = 20;
/// How long an account waits (`registration.lifetime`).
const WAITS: Duration = Duration::from_secs(15);

/// A request, and with what and how it is asked.
pub struct Question {
    pub request: Request,
    pub by: Api,
    pub held: Option<Held>,
    pub link: Option<MailedLink>,
    /// Who has the password that it gives, if that is known.
    pub owner: Option<String>,
}

/// Which API is asked, where several can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Api {
    Azuma,
    Legacy,
    Account,
}

impl Question {
    fn without_token(request: Request) -> Self {
        Self {
            request,
            by: Api::Legacy,
            held: None,
            link: None,
            owner: None,
        }
    }

    fn with_link(request: Request, link: MailedLink) -> Self {
        Self {
            link: Some(link),
            ..Self::without_token(request)
        }
    }

    fn with_token(request: Request, held: Held) -> Self {
        Self {
            held: Some(held),
            ..Self::without_token(request)
        }
    }

    /// Who the token belongs to.
    pub fn check(held: Held) -> Self {
        Self {
            by: Api::Azuma,
            ..Self::with_token(Request::Check, held)
        }
    }

    /// Who the token belongs to, and when it expires.
    pub fn check_with_expiry(held: Held) -> Self {
        Self {
            by: Api::Account,
            ..Self::with_token(Request::Check, held)
        }
    }

    /// A session by this API.
    pub fn log_in(known: &Known, name: String, password: String, by: Api) -> Self {
        let owner = known.owner(&password);
        let policy = match by {
            Api::Legacy => Policy::Rotating,
            Api::Azuma | Api::Account => Policy::Sliding,
        };
        let request = Request::LogIn {
            name,
            password,
            policy,
        };
        Self {
            by,
            owner,
            ..Self::without_token(request)
        }
    }

    /// What is asked next; `None` if nothing is known yet that it needs.
    pub fn any(rng: &mut Rng, known: &mut Known, mailbox: &Mailbox) -> Option<Self> {
        match rng.u8(0..10) {
            0..3 => Self::any_of_mail(rng, known, mailbox),
            _ => Self::any_of_sessions(rng, known),
        }
    }

    fn any_of_sessions(rng: &mut Rng, known: &mut Known) -> Option<Self> {
        let name = known.name(rng.u8(0..NAMES));
        let held = newest(&known.tokens, rng.usize(0..4));
        let with_token = |request| Some(Self::with_token(request, held.clone()?));
        match rng.u8(0..100) {
            0..8 => Some(Self::without_token(Request::Register {
                name,
                password: known.new_password(),
                email: None,
                policy: Policy::Rotating,
            })),
            8..24 => {
                let credential = newest(&known.credentials, rng.usize(0..3))?;
                let by = [Api::Azuma, Api::Legacy, Api::Account][rng.usize(0..3)];
                Some(Self::log_in(
                    known,
                    credential.name,
                    credential.password,
                    by,
                ))
            }
            24..42 => Some(Self::check(held?)),
            42..45 => {
                let number = rng.usize(0..KEPT_TOKENS);
                Some(Self::check_with_expiry(newest(&known.kept_tokens, number)?))
            }
            45..60 => Some(Self::check_with_expiry(held?)),
            60..66 => Some(Self::check(newest(&known.old_tokens, rng.usize(0..8))?)),
            66..78 => with_token(Request::Renew),
            78..83 => with_token(Request::Rename { name }),
            83..88 => with_token(Request::ChangePassword {
                password: known.new_password(),
            }),
            88..96 => {
                let watched = known.watched.clone().filter(|_| rng.bool());
                let held = watched.or(held)?;
                Some(Self::with_token(Request::LogOut, held))
            }
            96..98 => with_token(Request::LogOutEverywhere),
            _ => with_token(Request::Delete),
        }
    }

    fn any_of_mail(rng: &mut Rng, known: &mut Known, mailbox: &Mailbox) -> Option<Self> {
        let name = known.name(rng.u8(0..MORE_NAMES));
        let email = known.address(rng.u8(0..NAMES));
        match rng.u8(0..10) {
            0..3 => Some(Self::without_token(Request::RequestAccount {
                name,
                email,
                password: known.new_password(),
                waits: WAITS,
            })),
            3 => {
                let held = newest(&known.tokens, rng.usize(0..4))?;
                Some(Self::with_token(Request::ChangeEmail { email }, held))
            }
            4 => Some(Self::without_token(Request::Recover { email })),
            _ => {
                // Some links have expired.
                let mailed = match rng.u8(0..6) {
                    0 => mailbox.link(known.all_addresses(), rng.usize(0..40))?,
                    _ => mailbox.link(known.addresses(), rng.usize(0..4))?,
                };
                let resets = mailed.link.purpose == Purpose::ResetPassword;
                // Some links are used for what they are not meant for.
                let request = match resets != (rng.u8(0..10) == 0) {
                    true => Request::Reset {
                        link: mailed.link.clone(),
                        password: known.new_password(),
                    },
                    false => Request::Follow(mailed.link.clone()),
                };
                Some(Self::with_link(request, mailed))
            }
        }
    }
}

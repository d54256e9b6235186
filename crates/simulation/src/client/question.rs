//! What an action asks, given what clients know.

use azuma_checker::history::Request;

use crate::known::{Credential, HeldToken, Known, newest};
use crate::mail_server::{Mailbox, MailedLink};
use crate::node::REGISTRATION_LIFETIME;
use crate::plan::Action;

/// What a client has to ask: the request as it is written down, and with what.
pub(super) struct Question {
    pub(super) request: Request,
    pub(super) held: Option<HeldToken>,
    pub(super) link: Option<MailedLink>,
}

impl Question {
    /// What the action asks; `None` if nothing is known yet that it needs.
    pub(super) fn of(action: Action, known: &mut Known, mailbox: &Mailbox) -> Option<Self> {
        let with = |token, request| Some(Self::with_token(request, known.token(token)?));
        match action {
            Action::Register {
                name,
                email,
                policy,
            } => Some(Self::without_token(Request::Register {
                name: name_of(name),
                email: email.map(email_of),
                password: known.new_password(),
                policy,
            })),
            Action::RequestAccount { name, email } => {
                Some(Self::without_token(Request::RequestAccount {
                    name: name_of(name),
                    email: email_of(email),
                    password: known.new_password(),
                    waits: REGISTRATION_LIFETIME,
                }))
            }
            Action::LogIn { credential, policy } => {
                let Credential { name, password } = known.credential(credential)?;
                Some(Self::without_token(Request::LogIn {
                    name,
                    password,
                    policy,
                }))
            }
            Action::Check { token } | Action::Watch { token } => with(token, Request::Check),
            Action::Renew { token } => with(token, Request::Renew),
            Action::Rename { token, name } => {
                let name = name_of(name);
                with(token, Request::Rename { name })
            }
            Action::ChangePassword { token } => {
                let held = known.token(token)?;
                let password = known.new_password();
                Some(Self::with_token(Request::ChangePassword { password }, held))
            }
            Action::ChangeEmail { token, email } => {
                let email = email_of(email);
                with(token, Request::ChangeEmail { email })
            }
            Action::LogOut { token } => with(token, Request::LogOut),
            Action::LogOutEverywhere { token } => with(token, Request::LogOutEverywhere),
            Action::Delete { token } => with(token, Request::Delete),
            Action::Recover { email } => Some(Self::without_token(Request::Recover {
                email: email_of(email),
            })),
            Action::Follow { link } => {
                let mailed = newest(&mailbox.links(), link)?;
                Some(Self::with_link(
                    Request::Follow(mailed.link.clone()),
                    mailed,
                ))
            }
            Action::Reset { link } => {
                let mailed = newest(&mailbox.links(), link)?;
                let request = Request::Reset {
                    link: mailed.link.clone(),
                    password: known.new_password(),
                };
                Some(Self::with_link(request, mailed))
            }
        }
    }
}

impl Question {
    pub(super) fn without_token(request: Request) -> Self {
        Self {
            request,
            held: None,
            link: None,
        }
    }

    pub(super) fn with_token(request: Request, held: HeldToken) -> Self {
        Self {
            request,
            held: Some(held),
            link: None,
        }
    }

    fn with_link(request: Request, mailed: MailedLink) -> Self {
        Self {
            request,
            held: None,
            link: Some(mailed),
        }
    }
}

fn name_of(number: u8) -> String {
    format!("name{number}")
}

pub(crate) fn email_of(number: u8) -> String {
    format!("address{number}@example.org")
}

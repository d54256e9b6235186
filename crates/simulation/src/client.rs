//! A client: it does one step of its plan after another, and writes down what it asked and was answered.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use azuma_checker::history::{Answer, Event, NextToken, Policy, Refusal, Request, Token};
use azuma_domain::error_code::{ErrorCode, HasErrorCode};
use azuma_domain::mail::Language;
use azuma_domain::services::{
    AccountRequest, IssuedSession, Login, LogoutScope, Recovery, Registration, UserUpdate,
};
use azuma_domain::session::{Client as Origin, LiveSession, SessionPolicy, SessionTerms};
use azuma_domain::token::TokenShape;
use azuma_domain::user::{EmailAddress, NewPassword, Password, PasswordRules, UserName};
use tokio::time::sleep;

use crate::cluster::Cluster;
use crate::known::{Credential, HeldToken, Known, newest};
use crate::mail_server::MailedLink;
use crate::node::{Node, REGISTRATION_LIFETIME};
use crate::plan::{Action, Pause, Step};
use crate::ports::moment_of;

/// How far apart the moments are for which clients wait.
const TOGETHER_EVERY: Duration = Duration::from_millis(500);
/// How often a watched token is checked.
const WATCHED: u32 = 50;
/// The pause between two such checks.
const WATCH_EVERY: Duration = Duration::from_millis(100);

/// What a client has to ask: the request as it is written down, and with what.
struct Question {
    request: Request,
    held: Option<HeldToken>,
    link: Option<MailedLink>,
}

/// A client.
pub(crate) struct Client {
    pub(crate) number: u32,
    pub(crate) cluster: Rc<Cluster>,
    pub(crate) known: Rc<RefCell<Known>>,
    pub(crate) events: Rc<RefCell<Vec<Event>>>,
}

impl Client {
    /// Does what it is planned to.
    pub(crate) async fn run(self, steps: Vec<Step>) {
        for step in steps {
            self.pause(step.pause).await;
            match step.action {
                Action::Watch { token } => self.watch(step.node, token).await,
                action => {
                    if let Some(question) = self.question(action) {
                        self.ask(step.node, question).await;
                    }
                }
            }
        }
    }

    async fn pause(&self, pause: Pause) {
        let span = match pause {
            Pause::Millis(millis) => Duration::from_millis(u64::from(millis)),
            Pause::Together => {
                let since = self.cluster.clock.running().as_micros() % TOGETHER_EVERY.as_micros();
                let since = u64::try_from(since).unwrap_or(0);
                TOGETHER_EVERY - Duration::from_micros(since)
            }
        };
        sleep(span).await;
    }

    /// Checks a token for longer than memory may answer.
    async fn watch(&self, node: usize, token: u8) {
        let Some(held) = self.known.borrow().token(token) else {
            return;
        };
        for _ in 0..WATCHED {
            self.check(node, held.clone()).await;
            sleep(WATCH_EVERY).await;
        }
    }

    /// Asks who the token belongs to.
    pub(crate) async fn check(&self, node: usize, held: HeldToken) {
        self.ask(node, with_token(Request::Check, held)).await;
    }

    /// Logs in.
    pub(crate) async fn log_in(&self, node: usize, credential: Credential) {
        let Credential { name, password } = credential;
        let request = Request::LogIn {
            name,
            password,
            policy: Policy::Sliding,
        };
        self.ask(node, without_token(request)).await;
    }

    /// What the action asks; `None` if nothing is known yet that it needs.
    fn question(&self, action: Action) -> Option<Question> {
        let mut known = self.known.borrow_mut();
        let with = |token, request| Some(with_token(request, known.token(token)?));
        match action {
            Action::Register {
                name,
                email,
                policy,
            } => Some(without_token(Request::Register {
                name: name_of(name),
                email: email.map(email_of),
                password: known.new_password(),
                policy,
            })),
            Action::RequestAccount { name, email } => {
                Some(without_token(Request::RequestAccount {
                    name: name_of(name),
                    email: email_of(email),
                    password: known.new_password(),
                    waits: REGISTRATION_LIFETIME,
                }))
            }
            Action::LogIn { credential, policy } => {
                let Credential { name, password } = known.credential(credential)?;
                Some(without_token(Request::LogIn {
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
                Some(with_token(Request::ChangePassword { password }, held))
            }
            Action::ChangeEmail { token, email } => {
                let email = email_of(email);
                with(token, Request::ChangeEmail { email })
            }
            Action::LogOut { token } => with(token, Request::LogOut),
            Action::LogOutEverywhere { token } => with(token, Request::LogOutEverywhere),
            Action::Delete { token } => with(token, Request::Delete),
            Action::Recover { email } => Some(without_token(Request::Recover {
                email: email_of(email),
            })),
            Action::Follow { link } => {
                let mailed = newest(&self.cluster.mailbox.links(), link)?;
                Some(with_link(Request::Follow(mailed.link.clone()), mailed))
            }
            Action::Reset { link } => {
                let mailed = newest(&self.cluster.mailbox.links(), link)?;
                let request = Request::Reset {
                    link: mailed.link.clone(),
                    password: known.new_password(),
                };
                Some(with_link(request, mailed))
            }
        }
    }

    /// Asks a node, and writes down what came of it.
    async fn ask(&self, node: usize, question: Question) {
        let Some((node, running)) = self.cluster.node(node) else {
            return;
        };
        let asked = self.cluster.clock.now();
        let answer = tokio::select! {
            biased;
            _ = running.life.crashed() => Answer::Unknown,
            answer = self.answer(&running, &question) => answer,
        };
        self.learn(&question.request, &answer);
        self.events.borrow_mut().push(Event {
            client: self.number,
            node: u32::try_from(node).unwrap(),
            asked,
            answered: self.cluster.clock.now(),
            token: question.held.map(|held| held.named),
            request: question.request,
            answer,
        });
    }

    async fn answer(&self, node: &Node, question: &Question) -> Answer {
        match &question.held {
            None => self.answer_anybody(node, question).await,
            Some(held) => match node.sessions.authenticate(&held.token).await {
                Ok(caller) => {
                    self.answer_user(node, &question.request, held, &caller)
                        .await
                }
                Err(error) => refusal(&error),
            },
        }
    }

    async fn answer_anybody(&self, node: &Node, question: &Question) -> Answer {
        let link = || question.link.as_ref().map(|mailed| mailed.token.clone());
        let accounts = &node.accounts;
        match &question.request {
            Request::Register {
                name,
                email,
                password,
                policy,
            } => {
                let registration = Registration {
                    name: user_name(name),
                    email: email.as_deref().map(email_address),
                    password: new_password(password),
                    client: Origin::default(),
                };
                let issued = accounts.register(registration, terms(*policy)).await;
                self.issued(issued)
            }
            Request::RequestAccount {
                name,
                email,
                password,
                ..
            } => {
                let request = AccountRequest {
                    name: user_name(name),
                    email: email_address(email),
                    password: new_password(password),
                    client: Origin::default(),
                    language: Language::English,
                };
                done(accounts.request_account(request).await)
            }
            Request::LogIn {
                name,
                password,
                policy,
            } => {
                let login = Login {
                    name: user_name(name),
                    password: Password::parse(password).expect("a password"),
                    client: Origin::default(),
                };
                self.issued(node.sessions.login(login, terms(*policy)).await)
            }
            Request::Recover { email } => {
                let recovery = Recovery {
                    email: email_address(email),
                    client: Origin::default(),
                    language: Language::English,
                };
                done(accounts.recover_account(recovery).await)
            }
            Request::Follow(_) => done(accounts.follow_link(link(), None, Language::English).await),
            Request::Reset { password, .. } => {
                let password = new_password(password);
                let reset = accounts.reset_password(link(), password, None, Language::English);
                match reset.await {
                    Ok(user) => Answer::Reset {
                        user: user.id.to_string(),
                    },
                    Err(error) => refusal(&error),
                }
            }
            Request::Check
            | Request::Renew
            | Request::Rename { .. }
            | Request::ChangePassword { .. }
            | Request::ChangeEmail { .. }
            | Request::LogOut
            | Request::LogOutEverywhere
            | Request::Delete => unreachable!("these need a token"),
        }
    }

    async fn answer_user(
        &self,
        node: &Node,
        request: &Request,
        held: &HeldToken,
        caller: &LiveSession,
    ) -> Answer {
        let update = match request {
            Request::Check => {
                return Answer::Live {
                    user: caller.user.id.to_string(),
                    expires_at: moment_of(caller.token.expires_at),
                };
            }
            Request::Renew => {
                return match node.sessions.renew_session(caller).await {
                    Ok(next) => Answer::Next(next.map(|next| self.renewed(held, &next))),
                    Err(error) => refusal(&error),
                };
            }
            Request::LogOut => {
                let scope = LogoutScope::ThisSession;
                return done(node.sessions.log_out(caller, scope, None).await);
            }
            Request::LogOutEverywhere => {
                let scope = LogoutScope::Everywhere;
                return done(node.sessions.log_out(caller, scope, None).await);
            }
            Request::Delete => return done(node.accounts.delete_user(caller, None).await),
            Request::Rename { name } => UserUpdate {
                name: Some(user_name(name)),
                ..UserUpdate::default()
            },
            Request::ChangePassword { password } => UserUpdate {
                password: Some(new_password(password)),
                ..UserUpdate::default()
            },
            Request::ChangeEmail { email } => UserUpdate {
                email: Some(email_address(email)),
                ..UserUpdate::default()
            },
            Request::Register { .. }
            | Request::RequestAccount { .. }
            | Request::Follow(_)
            | Request::LogIn { .. }
            | Request::Recover { .. }
            | Request::Reset { .. } => unreachable!("these need no token"),
        };
        let updated = node
            .accounts
            .update_user(caller, update, Language::English)
            .await;
        done(updated)
    }

    fn issued<E: HasErrorCode>(&self, issued: Result<IssuedSession, E>) -> Answer {
        let issued = match issued {
            Ok(issued) => issued,
            Err(error) => return refusal(&error),
        };
        let text = issued.token.expose().to_owned();
        let user = issued.user.id.to_string();
        let named = Token {
            session: text.clone(),
            id: text,
        };
        self.known.borrow_mut().learn_token(HeldToken {
            token: issued.token,
            named: named.clone(),
        });
        Answer::Issued {
            user,
            token: named,
            expires_at: moment_of(issued.expires_at),
        }
    }

    fn renewed(&self, held: &HeldToken, next: &azuma_domain::services::NextToken) -> NextToken {
        let named = Token {
            session: held.named.session.clone(),
            id: next.token.expose().to_owned(),
        };
        self.known.borrow_mut().learn_token(HeldToken {
            token: next.token.clone(),
            named: named.clone(),
        });
        NextToken {
            token: named,
            expires_at: moment_of(next.expires_at),
        }
    }

    /// What follows from the answer for later requests.
    fn learn(&self, request: &Request, answer: &Answer) {
        let mut known = self.known.borrow_mut();
        let mut learn = |name: &String, password: &String| {
            known.learn_credential(Credential {
                name: name.clone(),
                password: password.clone(),
            });
        };
        match (request, answer) {
            (_, Answer::Refused(_)) => {}
            (
                Request::Register { name, password, .. }
                | Request::RequestAccount { name, password, .. },
                _,
            ) => learn(name, password),
            (Request::Rename { name }, _) => known.learn_name(name),
            (Request::ChangePassword { password } | Request::Reset { password, .. }, _) => {
                known.learn_password(password);
            }
            _ => {}
        }
    }
}

fn without_token(request: Request) -> Question {
    Question {
        request,
        held: None,
        link: None,
    }
}

fn with_token(request: Request, held: HeldToken) -> Question {
    Question {
        request,
        held: Some(held),
        link: None,
    }
}

fn with_link(request: Request, mailed: MailedLink) -> Question {
    Question {
        request,
        held: None,
        link: Some(mailed),
    }
}

fn done<T, E: HasErrorCode>(outcome: Result<T, E>) -> Answer {
    match outcome {
        Ok(_) => Answer::Done,
        Err(error) => refusal(&error),
    }
}

fn refusal(error: &impl HasErrorCode) -> Answer {
    match error.code() {
        ErrorCode::NameTaken => Answer::Refused(Refusal::NameTaken),
        ErrorCode::EmailTaken => Answer::Refused(Refusal::EmailTaken),
        ErrorCode::UserUnknown | ErrorCode::WrongPassword => {
            Answer::Refused(Refusal::WrongCredentials)
        }
        ErrorCode::NotVerified => Answer::Refused(Refusal::NotVerified),
        ErrorCode::TokenInvalid => Answer::Refused(Refusal::TokenInvalid),
        ErrorCode::LinkUnknown => Answer::Refused(Refusal::LinkUnknown),
        ErrorCode::Unavailable { .. } => Answer::Unknown,
        ErrorCode::InvalidInput
        | ErrorCode::InputTooLarge
        | ErrorCode::InputTimeout
        | ErrorCode::InvalidEmail
        | ErrorCode::TokenMissing
        | ErrorCode::PasswordUnreadable
        | ErrorCode::SessionUnknown
        | ErrorCode::TooManyAttempts { .. }
        | ErrorCode::Internal => Answer::Failed(error.to_string()),
    }
}

fn terms(policy: Policy) -> SessionTerms {
    SessionTerms {
        policy: match policy {
            Policy::Sliding => SessionPolicy::Sliding,
            Policy::Rotating => SessionPolicy::Rotating,
        },
        shape: TokenShape::Uuid,
        first_life: match policy {
            Policy::Sliding => Duration::from_hours(1),
            // The next token is due at once, or nobody would renew.
            Policy::Rotating => Duration::from_hours(7 * 24),
        },
    }
}

fn name_of(number: u8) -> String {
    format!("name{number}")
}

fn email_of(number: u8) -> String {
    format!("address{number}@example.org")
}

fn user_name(text: &str) -> UserName {
    UserName::parse(text).expect("a name")
}

fn email_address(text: &str) -> EmailAddress {
    EmailAddress::parse(text).expect("an address")
}

fn new_password(text: &str) -> NewPassword {
    let rules = PasswordRules { min_length: 1 };
    let password = Password::parse(text).expect("a password");
    rules.accept(password).expect("a password")
}

//! What a node answers: each request is a call of its services.

use std::time::Duration;

use azuma_checker::history::{Answer, NextToken, Policy, Refusal, Request, Token};
use azuma_domain::audit::Source;
use azuma_domain::error_code::{ErrorCode, HasErrorCode};
use azuma_domain::mail::Language;
use azuma_domain::services::{
    AccountRequest, IssuedSession, Login, LogoutScope, Recovery, RegisterError, Registered,
    Registration, UserUpdate,
};
use azuma_domain::session::{LiveSession, SessionPolicy, SessionTerms};
use azuma_domain::token::TokenShape;
use azuma_domain::user::{
    EmailAddress, GivenPassword, LoginName, NewPassword, Password, PasswordRules, UserName,
};

use super::Client;
use super::question::Question;
use crate::known::HeldToken;
use crate::node::Node;
use crate::ports::moment_of;

impl Client {
    /// Asks a node, which may crash meanwhile.
    pub(super) async fn answer(&self, node: &Node, question: &Question) -> Answer {
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
                    invite: None,
                    source: Source::default(),
                    language: Language::English,
                };
                let registered = accounts.register(registration, terms(*policy)).await;
                match registered {
                    Ok(Registered::LoggedIn(issued)) => self.issued(Ok::<_, RegisterError>(issued)),
                    Ok(Registered::Waiting) => {
                        Answer::Failed("the account waits for verification".to_owned())
                    }
                    Err(error) => refusal(&error),
                }
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
                    invite: None,
                    source: Source::default(),
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
                    name: login_name(name),
                    password: GivenPassword::parse(password).expect("a password"),
                    code: None,
                    source: Source::default(),
                    language: Language::English,
                };
                self.issued(node.sessions.login(login, terms(*policy)).await)
            }
            Request::Recover { email } => {
                let recovery = Recovery {
                    email: email_address(email),
                    source: Source::default(),
                    language: Language::English,
                };
                done(accounts.recover_account(recovery).await)
            }
            Request::Follow(_) => done(
                accounts
                    .follow_link(link(), &Source::default(), Language::English)
                    .await,
            ),
            Request::Reset { password, .. } => {
                let password = new_password(password);
                let source = Source::default();
                let reset = accounts.reset_password(link(), password, &source, Language::English);
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
                return done(
                    node.sessions
                        .log_out(caller, scope, &Source::default())
                        .await,
                );
            }
            Request::LogOutEverywhere => {
                let scope = LogoutScope::Everywhere;
                return done(
                    node.sessions
                        .log_out(caller, scope, &Source::default())
                        .await,
                );
            }
            Request::Delete => {
                return done(
                    node.accounts
                        .delete_user(caller, None, &Source::default())
                        .await,
                );
            }
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
        | ErrorCode::PasswordGuessable
        | ErrorCode::CurrentPasswordMissing
        | ErrorCode::SecondFactorMissing
        | ErrorCode::SecondFactorWrong
        | ErrorCode::FactorEnabled
        | ErrorCode::FactorUnknown
        | ErrorCode::AccountDisabled
        | ErrorCode::RegistrationClosed
        | ErrorCode::InviteInvalid
        | ErrorCode::EmailDomainRefused
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

fn user_name(text: &str) -> UserName {
    UserName::parse(text).expect("a name")
}

fn login_name(text: &str) -> LoginName {
    LoginName::parse(text).expect("a name")
}

fn email_address(text: &str) -> EmailAddress {
    EmailAddress::parse(text).expect("an address")
}

fn new_password(text: &str) -> NewPassword {
    let rules = PasswordRules { min_length: 1 };
    let password = Password::parse(text).expect("a password");
    rules.accept(password).expect("a password")
}

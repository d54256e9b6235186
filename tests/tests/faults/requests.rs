//! How a node is asked that may be down, slow or without a database.

use std::net::SocketAddr;
use std::time::Duration;

use azuma_checker::history::{Answer, Request};
use azuma_tests::clients::{self, Account, Azuma, Issued, Legacy};

use super::answers::{Answered, Reading, done, reset, understood};
use super::known::Held;
use super::mailbox::user_of;
use super::question::{Api, Question};

/// After how long a client gives up.
const PATIENCE: Duration = Duration::from_secs(8);

/// A client's connections.
#[derive(Clone)]
pub struct Http(clients::Http);

/// The APIs of a node.
struct Node {
    azuma: Azuma,
    legacy: Legacy,
    account: Account,
}

impl Http {
    pub fn new() -> Self {
        let nowhere = SocketAddr::from(([127, 0, 0, 1], 0));
        Self(clients::Http::patient(nowhere, PATIENCE))
    }

    /// Asks a node.
    pub async fn ask(
        &self,
        node: SocketAddr,
        question: &Question,
        reading: Reading<'_>,
    ) -> Answered {
        let http = self.0.to(node);
        let node = Node {
            azuma: Azuma::new(http.clone()),
            legacy: Legacy::new(http.clone()),
            account: Account::new(http),
        };
        match (&question.held, &question.link) {
            (Some(held), _) => node.ask_as_user(question, held, reading).await,
            (None, Some(mailed)) => node.ask_by_link(question, &mailed.token).await,
            (None, None) => node.ask(question, reading).await,
        }
    }
}

impl Node {
    async fn ask(&self, question: &Question, reading: Reading<'_>) -> Answered {
        let rotating = |answer: &clients::Answer<_>| reading.rotating(answer.success(200));
        match &question.request {
            Request::Register { name, password, .. } => {
                understood(question, self.legacy.register(name, password), rotating).await
            }
            Request::LogIn { name, password, .. } => {
                let login = match question.by {
                    Api::Legacy => {
                        let login = self.legacy.login(name, password);
                        return understood(question, login, rotating).await;
                    }
                    Api::Azuma => self.azuma.login(name, password),
                    Api::Account => self.account.authenticate(name, password),
                };
                let mut issued = None;
                let refused = understood(question, login, |answer| {
                    issued = Some(answer.success(200));
                    Answer::Unknown.into()
                });
                let refused = refused.await;
                match issued {
                    Some(issued) => self.opened(question, issued, reading).await,
                    None => refused,
                }
            }
            Request::RequestAccount {
                name,
                email,
                password,
                ..
            } => done(question, self.account.register(name, password, email)).await,
            Request::Recover { email } => done(question, self.account.recover(email)).await,
            other => panic!("no client asks {other:?} without a token"),
        }
    }

    /// The session that was issued, if it can be learned whose it is.
    async fn opened(&self, question: &Question, issued: Issued, reading: Reading<'_>) -> Answered {
        let user = match &question.owner {
            Some(owner) => owner.clone(),
            None => match self.azuma.own_user(&issued.token).attempt().await {
                Ok(answer) if answer.status == 200 => user_of(&answer.success(200).id),
                _ => return Answer::Unknown.into(),
            },
        };
        reading.sliding(question.by, user, issued.token)
    }

    async fn ask_by_link(&self, question: &Question, token: &str) -> Answered {
        match &question.request {
            Request::Follow(_) => done(question, self.account.verify(token)).await,
            Request::Reset { link, password } => {
                let sending = self.account.reset(token, password);
                understood(question, sending, |_| reset(link)).await
            }
            other => panic!("no client asks {other:?} with a link"),
        }
    }

    async fn ask_as_user(
        &self,
        question: &Question,
        held: &Held,
        reading: Reading<'_>,
    ) -> Answered {
        let (azuma, token) = (&self.azuma, held.text.as_str());
        match &question.request {
            Request::Check if question.by == Api::Account => {
                self.check_with_expiry(question, held, reading).await
            }
            Request::Check => done(question, azuma.own_user(token)).await,
            Request::Renew => {
                understood(question, self.legacy.me(token), |answer| {
                    reading.renewed(held, answer.next_token())
                })
                .await
            }
            Request::Rename { name } => done(question, azuma.rename(token, name)).await,
            Request::ChangePassword { password } => {
                done(question, azuma.change_password(token, password)).await
            }
            Request::ChangeEmail { email } => {
                done(question, azuma.change_email(token, email)).await
            }
            Request::LogOut => done(question, azuma.logout(token)).await,
            Request::LogOutEverywhere => done(question, azuma.logout_everywhere(token)).await,
            Request::Delete => done(question, azuma.delete_self(token)).await,
            other => panic!("no client asks {other:?} with a token"),
        }
    }

    /// Two requests, because none tells both who the token belongs to and when it expires. What the second adds may be
    /// missing.
    async fn check_with_expiry(
        &self,
        question: &Question,
        held: &Held,
        reading: Reading<'_>,
    ) -> Answered {
        let mut user = None;
        let checked = understood(question, self.azuma.own_user(&held.text), |answer| {
            user = Some(user_of(&answer.success(200).id));
            Answer::Done.into()
        });
        let checked = checked.await;
        let Some(user) = user else {
            return checked;
        };
        let listed = understood(question, self.account.tokens(&held.text), |answer| {
            reading.live(user, held, &answer.success(200).tokens)
        });
        match listed.await {
            Answered {
                answer: Answer::Unknown,
                ..
            } => checked,
            listed => listed,
        }
    }
}

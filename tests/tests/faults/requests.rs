//! What is asked of a node that may be down, slow or without a database, and what its answers mean.

use std::net::SocketAddr;
use std::time::Duration;

use azuma_checker::history::{Answer, Moment, NextToken, Refusal, Request, Token};
use azuma_tests::clients::{self, Azuma, Legacy, LegacySession, Sending};

use super::known::Held;

/// After how long a client gives up.
const PATIENCE: Duration = Duration::from_secs(8);
/// How long tokens live that the server issues (`sessions.rotating.lifetime`).
const LIFETIME: Duration = Duration::from_hours(30 * 24);

/// A client's connections.
#[derive(Clone)]
pub struct Http(clients::Http);

/// What an answer says, and the token that came with it.
pub struct Answered {
    pub answer: Answer,
    pub token: Option<Held>,
}

impl From<Answer> for Answered {
    fn from(answer: Answer) -> Self {
        let token = None;
        Self { answer, token }
    }
}

impl Http {
    pub fn new() -> Self {
        let nowhere = SocketAddr::from(([127, 0, 0, 1], 0));
        Self(clients::Http::patient(nowhere, PATIENCE))
    }

    /// Asks a node. Sessions are those of the first Azuma's API, whose answers name the user; their tokens are good for
    /// all APIs.
    pub async fn ask(
        &self,
        node: SocketAddr,
        asked: Moment,
        held: Option<&Held>,
        request: &Request,
    ) -> Answered {
        let http = self.0.to(node);
        let (azuma, legacy) = (Azuma::new(http.clone()), Legacy::new(http));
        let Some(held) = held else {
            let sending = match request {
                Request::Register { name, password, .. } => legacy.register(name, password),
                Request::LogIn { name, password, .. } => legacy.login(name, password),
                other => panic!("no client asks {other:?} without a token"),
            };
            return understood(request, sending, |answer| {
                issued(asked, answer.success(200))
            })
            .await;
        };
        let token = &held.text;
        match request {
            Request::Check => done(request, azuma.own_user(token)).await,
            Request::Renew => {
                understood(request, legacy.me(token), |answer| {
                    renewed(asked, held, answer.next_token())
                })
                .await
            }
            Request::Rename { name } => done(request, azuma.rename(token, name)).await,
            Request::ChangePassword { password } => {
                done(request, azuma.change_password(token, password)).await
            }
            Request::LogOut => done(request, azuma.logout(token)).await,
            Request::LogOutEverywhere => done(request, azuma.logout_everywhere(token)).await,
            Request::Delete => done(request, azuma.delete_self(token)).await,
            other => panic!("no client asks {other:?} with a token"),
        }
    }
}

/// What came of a request that tells nothing if it succeeds.
async fn done<T>(request: &Request, sending: Sending<T>) -> Answered {
    understood(request, sending, |_| Answer::Done.into()).await
}

/// What came of a request; `success` reads an answer of success.
async fn understood<T>(
    request: &Request,
    sending: Sending<T>,
    success: impl FnOnce(&clients::Answer<T>) -> Answered,
) -> Answered {
    let Ok(answer) = sending.attempt().await else {
        return Answer::Unknown.into();
    };
    match answer.status {
        200..300 => success(&answer),
        502..=504 => Answer::Unknown.into(),
        status => refusal(status, request, &answer.text()).into(),
    }
}

fn refusal(status: u16, request: &Request, body: &str) -> Answer {
    match (status, request) {
        (401 | 404, Request::LogIn { .. }) => Answer::Refused(Refusal::WrongCredentials),
        (401, _) => Answer::Refused(Refusal::TokenInvalid),
        (409, _) => Answer::Refused(Refusal::NameTaken),
        _ => Answer::Failed(format!("{status}: {body}")),
    }
}

fn issued(asked: Moment, session: LegacySession) -> Answered {
    let named = named(&session.token, &session.token);
    Answered {
        answer: Answer::Issued {
            user: session.userid.oid,
            token: named.clone(),
            expires_at: asked.plus(LIFETIME),
        },
        token: Some(Held {
            text: session.token,
            named,
        }),
    }
}

fn renewed(asked: Moment, held: &Held, next: Option<String>) -> Answered {
    let Some(text) = next else {
        return Answer::Next(None).into();
    };
    let named = named(&held.named.session, &text);
    Answered {
        answer: Answer::Next(Some(NextToken {
            token: named.clone(),
            expires_at: asked.plus(LIFETIME),
        })),
        token: Some(Held { text, named }),
    }
}

/// A token as a history names it.
fn named(session: &str, token: &str) -> Token {
    Token {
        session: shortened(session),
        id: shortened(token),
    }
}

/// Enough of a token to tell it from others, and too little to use it.
fn shortened(token: &str) -> String {
    token.chars().take(13).collect()
}

//! What the answers of nodes mean.

use std::time::Duration;

use azuma_checker::history::{Answer, Link, Moment, NextToken, Refusal, Request, Token};
use azuma_tests::clients::{self, Conflict, LegacySession, Sending};

use super::known::Held;
use super::question::{Api, Question};
use super::run::Seen;

/// How long a rotating token lives (`sessions.rotating.lifetime`).
const ROTATING: Duration = Duration::from_hours(30 * 24);
/// How long a session of the current API lives until it is used (`sessions.sliding.first_use_within`).
const UNUSED: Duration = Duration::from_secs(10);
/// How long a sliding session lives after a use (`sessions.sliding.extend_to`).
const SLIDING: Duration = Duration::from_hours(14 * 24);

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

/// What came of a request that tells nothing if it succeeds.
pub async fn done<T>(question: &Question, sending: Sending<T>) -> Answered {
    understood(question, sending, |_| Answer::Done.into()).await
}

/// What came of a request; `success` reads an answer of success.
pub async fn understood<T>(
    question: &Question,
    sending: Sending<T>,
    success: impl FnOnce(&clients::Answer<T>) -> Answered,
) -> Answered {
    let Ok(answer) = sending.attempt().await else {
        return Answer::Unknown.into();
    };
    match answer.status {
        200..300 => success(&answer),
        502..=504 => Answer::Unknown.into(),
        _ => refusal(question, &answer).into(),
    }
}

fn refusal<T>(question: &Question, answer: &clients::Answer<T>) -> Answer {
    let refusal = match (answer.status, &question.request, question.by) {
        (401 | 404, Request::LogIn { .. }, _) => Refusal::WrongCredentials,
        (424, Request::LogIn { .. }, Api::Account) | (403, Request::LogIn { .. }, Api::Legacy) => {
            Refusal::NotVerified
        }
        (403, Request::LogIn { .. }, Api::Azuma) => Refusal::LoginRefused,
        (401, ..) if question.held.is_some() => Refusal::TokenInvalid,
        (404, Request::Follow(_) | Request::Reset { .. }, _) => Refusal::LinkUnknown,
        (409, Request::Register { .. } | Request::Rename { .. }, _) => Refusal::NameTaken,
        (409, Request::ChangeEmail { .. }, _) => Refusal::EmailTaken,
        (409, Request::RequestAccount { .. }, _) => match answer.refusal().conflict {
            Some(Conflict::Email) => Refusal::EmailTaken,
            Some(Conflict::Username) | None => Refusal::NameTaken,
        },
        (status, ..) => return Answer::Failed(format!("{status}: {}", answer.text())),
    };
    Answer::Refused(refusal)
}

/// The password of the link's user was set.
pub fn reset(link: &Link) -> Answered {
    let user = link.user.clone();
    Answer::Reset { user }.into()
}

/// When something was asked, which is the least that an answer's times are counted from.
#[derive(Clone, Copy)]
pub struct Reading<'a> {
    pub seen: &'a Seen,
    pub asked: Moment,
}

impl Reading<'_> {
    /// A session of the first Azuma's API, whose answers name the user.
    pub fn rotating(self, session: LegacySession) -> Answered {
        // An ObjectId ends with what ends the user's id.
        let user = session.userid.oid[8..].to_owned();
        self.issued(user, session.token, ROTATING)
    }

    /// A session of another API.
    pub fn sliding(self, by: Api, user: String, token: String) -> Answered {
        let lives = match by {
            Api::Azuma => UNUSED,
            Api::Account | Api::Legacy => SLIDING,
        };
        self.issued(user, token, lives)
    }

    fn issued(self, user: String, text: String, lives: Duration) -> Answered {
        let named = named(&text, &text);
        Answered {
            answer: Answer::Issued {
                user: user.clone(),
                token: named.clone(),
                expires_at: self.asked.plus(lives),
            },
            token: Some(Held { text, named, user }),
        }
    }

    /// The next token, if it came.
    pub fn renewed(self, held: &Held, next: Option<String>) -> Answered {
        let Some(text) = next else {
            return Answer::Next(None).into();
        };
        let named = named(&held.named.session, &text);
        Answered {
            answer: Answer::Next(Some(NextToken {
                token: named.clone(),
                expires_at: self.asked.plus(ROTATING),
            })),
            token: Some(Held {
                text,
                named,
                ..held.clone()
            }),
        }
    }

    /// The token of this user is live. A list that the database made later may not have it any more, and shows a rotating
    /// session with its current token alone.
    pub fn live(self, user: String, held: &Held, listed: &[(String, i64)]) -> Answered {
        let of_token = listed.iter().find(|(token, _)| *token == held.text);
        let Some((_, second)) = of_token else {
            return Answer::Done.into();
        };
        // The list leaves out what is less than a second.
        let expires_at = self.seen.unix_micros((second + 1) * 1_000_000);
        Answer::Live { user, expires_at }.into()
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

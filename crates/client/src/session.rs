//! A session that this client has, as opposed to one that it checks.

use tokio::sync::watch;

use crate::Token;

/// A session's token. Any answer that brings the session's next token replaces it, so that whoever shares this value
/// goes on with the new one.
///
/// ```
/// # use azuma_client::{Session, Token};
/// # fn store(_: &str) {}
/// let session = Session::new(Token::new("a6e2fd6c-9a22-4a36-9a25-1a2a4f0ad1f5"));
/// // To keep the session across restarts, store its token whenever it changes.
/// let mut tokens = session.tokens();
/// tokio_test(async move {
///     while tokens.changed().await.is_ok() {
///         store(tokens.borrow_and_update().expose());
///     }
/// });
/// # fn tokio_test(_: impl Future) {}
/// ```
#[derive(Debug)]
pub struct Session {
    token: watch::Sender<Token>,
}

impl Session {
    /// A session with a token that a login, or an earlier run of the program, has left.
    #[must_use]
    pub fn new(token: Token) -> Self {
        Self {
            token: watch::Sender::new(token),
        }
    }

    /// The current token.
    #[must_use]
    pub fn token(&self) -> Token {
        self.token.borrow().clone()
    }

    /// The current token, and each one that replaces it.
    #[must_use]
    pub fn tokens(&self) -> watch::Receiver<Token> {
        self.token.subscribe()
    }

    /// An answer to a request that was sent with `sent` brought the session's `next` token. A late answer, which tells of
    /// the token before the current one, changes nothing.
    pub(crate) fn replace(&self, sent: &Token, next: Token) {
        self.token.send_if_modified(|current| {
            let is_due = current == sent && *current != next;
            if is_due {
                *current = next;
            }
            is_due
        });
    }
}

impl From<Token> for Session {
    fn from(token: Token) -> Self {
        Self::new(token)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_late_answer_does_not_bring_an_old_token_back() {
        let [first, second, third] = ["1", "2", "3"].map(Token::new);
        let session = Session::new(first.clone());
        session.replace(&first, second.clone());
        session.replace(&second, third.clone());
        session.replace(&first, second);
        assert_eq!(session.token(), third);
    }
}

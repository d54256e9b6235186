use super::{FollowError, ServiceAccess};
use crate::error_code::{ErrorCode, HasErrorCode};
use crate::ports::{HistoryPosition, Look, StoreError};
use crate::session::LiveSession;
use crate::token::Token;

/// The most tokens in one question.
const MOST: usize = 1_000;

/// 1 to 1,000 texts, each a token or not.
pub struct TokenBatch(Vec<Option<Token>>);

/// There are no tokens, or too many.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`tokens` must have 1 to {MOST} entries")]
pub struct WrongTokenCount;

impl HasErrorCode for WrongTokenCount {
    fn code(&self) -> ErrorCode {
        ErrorCode::InvalidInput
    }
}

impl TokenBatch {
    /// The tokens of these texts. A text that is no token is not live.
    ///
    /// # Errors
    /// [`WrongTokenCount`] if there are more than 1,000, or none.
    pub fn parse<'a>(
        texts: impl ExactSizeIterator<Item = &'a str>,
    ) -> Result<Self, WrongTokenCount> {
        match texts.len() {
            1..=MOST => Ok(Self(texts.map(|text| Token::parse(text).ok()).collect())),
            _ => Err(WrongTokenCount),
        }
    }

    /// This one.
    #[must_use]
    pub fn of(text: &str) -> Self {
        Self(vec![Token::parse(text).ok()])
    }
}

/// What a node says of tokens.
pub struct Answers {
    /// The answers are at least as new as this place in the history.
    pub position: HistoryPosition,
    /// For each token in its turn the session, if it is live.
    pub sessions: Vec<Option<LiveSession>>,
}

impl ServiceAccess {
    /// Says whose the tokens are. With [`Look::Use`] each live one is used as by a request with it: a sliding expiry moves, and a
    /// next token becomes the current one.
    ///
    /// # Errors
    /// [`CheckTokensError::Follow`] before this node has read anything of the history; [`CheckTokensError::Store`] if the database is
    /// needed and fails.
    pub async fn check_tokens(
        &self,
        batch: TokenBatch,
        look: Look,
    ) -> Result<Answers, CheckTokensError> {
        // Before the answers are made, so that they know all that the place says.
        let position = self.history.end().ok_or(FollowError::NotCurrent)?;
        let hashes = batch.0.iter().flatten().map(Token::hash).collect();
        let mut found = self.sessions.look_at(hashes, look).await?.into_iter();
        let sessions = batch.0.iter();
        let sessions = sessions.map(|token| token.as_ref().and_then(|_| found.next().flatten()));
        Ok(Answers {
            position,
            sessions: sessions.collect(),
        })
    }
}

/// Why nothing is said of tokens.
#[derive(Debug, thiserror::Error)]
pub enum CheckTokensError {
    /// This node does not know the history.
    #[error(transparent)]
    Follow(#[from] FollowError),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl HasErrorCode for CheckTokensError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::Follow(error) => error.code(),
            Self::Store(error) => error.code(),
        }
    }
}

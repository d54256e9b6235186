use std::time::Duration;

use super::ServiceAccess;
use crate::error_code::{ErrorCode, HasErrorCode};
use crate::ports::{HistoryPage, HistoryPosition};

/// The most changes in one answer.
const MOST: usize = 1_000;

/// What a follower is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum News {
    /// These changes, maybe none. The follower goes on from their end.
    Changes(HistoryPage),
    /// The place that the follower named is not known: it must forget everything, and go on from here.
    StartOver(HistoryPosition),
}

impl News {
    /// Whether there is anything to tell.
    #[must_use]
    pub fn are_any(&self) -> bool {
        match self {
            Self::Changes(page) => !page.changes.is_empty(),
            Self::StartOver(_) => true,
        }
    }

    /// From where the follower goes on.
    #[must_use]
    pub fn position(&self) -> HistoryPosition {
        match self {
            Self::Changes(page) => page.end,
            Self::StartOver(here) => *here,
        }
    }
}

/// Why a follower is told nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FollowError {
    /// This node does not know the history as it was within the last second.
    #[error("this server does not hear from its database")]
    NotCurrent,
}

impl HasErrorCode for FollowError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::NotCurrent => ErrorCode::Unavailable {
                retry_after: Duration::from_secs(1),
            },
        }
    }
}

impl ServiceAccess {
    /// The end of the history as this node knows it, from where somebody begins to follow.
    ///
    /// # Errors
    /// [`FollowError::NotCurrent`] if this node has not heard from the database within the last second.
    pub fn here(&self) -> Result<HistoryPosition, FollowError> {
        let end = self.history.end().filter(|_| self.history.is_current());
        end.ok_or(FollowError::NotCurrent)
    }

    /// The changes after `place`, as this node knows them. Where it does not know `place`, it asks the database once more before it says
    /// so: another node may have been ahead.
    ///
    /// # Errors
    /// [`FollowError::NotCurrent`] if this node has not heard from the database within the last second.
    pub async fn changes_after(&self, place: HistoryPosition) -> Result<News, FollowError> {
        self.here()?;
        if let Some(page) = self.history.after(place, MOST) {
            return Ok(News::Changes(page));
        }
        self.history.asked_again().await;
        let end = self.here()?;
        let known = self.history.after(place, MOST);
        Ok(known.map_or(News::StartOver(end), News::Changes))
    }

    /// The same, but waits until there are changes.
    ///
    /// # Errors
    /// [`FollowError::NotCurrent`] if this node has not heard from the database within the last second.
    pub async fn next_changes_after(&self, place: HistoryPosition) -> Result<News, FollowError> {
        let mut news = self.changes_after(place).await?;
        while !news.are_any() {
            self.history.moved_on(news.position()).await;
            news = self.changes_after(news.position()).await?;
        }
        Ok(news)
    }
}

//! How long nothing has happened on a connection.

use std::mem::replace;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::time::{Instant, Sleep, sleep};

/// Tells when nothing has happened for a while. A busy connection costs one comparison for each request, because the
/// timer is only looked at when its time has passed. Always polled by one task, until it is forgotten.
pub struct IdleTimer {
    longest: Duration,
    /// `None` until there is something to wait for.
    timer: Option<Pin<Box<Sleep>>>,
    was_active: bool,
}

impl IdleTimer {
    pub fn new(longest: Duration) -> Self {
        Self {
            longest,
            timer: None,
            was_active: false,
        }
    }

    /// Something has happened.
    pub fn record_activity(&mut self) {
        self.was_active = true;
    }

    /// Nothing is waited for until the next poll.
    pub fn forget(&mut self) {
        self.timer = None;
    }

    /// Ready once nothing has happened for the longest time, at the latest after twice that time.
    pub fn poll(&mut self, context: &mut Context<'_>) -> Poll<()> {
        if let Some(timer) = &self.timer
            && !timer.is_elapsed()
        {
            return Poll::Pending;
        }
        let timer = self.timer.get_or_insert_with(|| {
            self.was_active = false;
            Box::pin(sleep(self.longest))
        });
        while timer.as_mut().poll(context).is_ready() {
            if !replace(&mut self.was_active, false) {
                return Poll::Ready(());
            }
            timer.as_mut().reset(Instant::now() + self.longest);
        }
        Poll::Pending
    }
}

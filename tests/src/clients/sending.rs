//! A request that is sent as soon as somebody waits for its answer.

use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use reqwest::RequestBuilder;

use super::Answer;

/// A request whose successful answer is a `T`. Awaited, it is the [`Answer`], and panics if none comes.
#[must_use = "it is not sent yet"]
pub struct Sending<T> {
    answer: Pin<Box<dyn Future<Output = reqwest::Result<Answer<()>>> + Send>>,
    shape: PhantomData<fn() -> T>,
}

impl<T> Sending<T> {
    pub(super) fn of(request: RequestBuilder) -> Self {
        Self {
            answer: Box::pin(async move { Answer::read(request.send().await?).await }),
            shape: PhantomData,
        }
    }

    /// Sends it to a server that may be down, or go down before it has answered.
    pub async fn attempt(self) -> reqwest::Result<Answer<T>> {
        Ok(self.answer.await?.shaped())
    }
}

impl<T> Future for Sending<T> {
    type Output = Answer<T>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Answer<T>> {
        let answer = ready!(self.answer.as_mut().poll(context));
        let answer = answer.unwrap_or_else(|error| panic!("no answer: {error:?}"));
        Poll::Ready(answer.shaped())
    }
}

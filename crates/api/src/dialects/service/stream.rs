//! The history as server-sent events (<https://html.spec.whatwg.org/multipage/server-sent-events.html>).

use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use actix_web::web::{Bytes, Data};
use actix_web::{HttpRequest, HttpResponse};
use azuma_domain::ports::{BoxFuture, HistoryPosition};
use azuma_domain::services::{News, ServiceAccess, ServiceAccessError};
use futures_core::Stream;
use serde::Serialize;
use tokio::time::{Instant, sleep};

use super::Stopping;
use super::caller::FollowingCaller;
use super::dto::Change;
use crate::listener::Handover;

/// The media type of a stream of events.
pub const EVENT_STREAM: &str = "text/event-stream";
/// How long a stream is silent where nothing changes.
const POSITION_EVERY: Duration = Duration::from_secs(1);
/// For how long a service is told changes after its token was looked at. A revoked one is told none a minute later, and its stream ends.
const RECOGNIZED_FOR: Duration = Duration::from_secs(55);

/// A follower, and where it is.
struct Follower {
    access: Data<ServiceAccess>,
    stopping: Data<Stopping>,
    caller: FollowingCaller,
    place: HistoryPosition,
    recognized_at: Instant,
}

/// What a follower is told at the end of a wait.
type Step = BoxFuture<'static, Option<(Bytes, Follower)>>;

/// The events as they come. While nobody reads, nothing is waited for.
struct Events(Option<Step>);

/// The data of the event `changes`.
#[derive(Serialize)]
struct Changes {
    changes: Vec<Change>,
}

/// Streams what comes after `place`, until the server is told to stop, the client goes, or the service is revoked.
pub fn stream(
    access: Data<ServiceAccess>,
    stopping: Data<Stopping>,
    caller: FollowingCaller,
    place: HistoryPosition,
    request: &HttpRequest,
) -> HttpResponse {
    let follower = Follower {
        access,
        stopping,
        caller,
        place,
        recognized_at: Instant::now(),
    };
    let events = Events(Some(Box::pin(follower.begin())));
    HttpResponse::Ok()
        .content_type(EVENT_STREAM)
        .streaming(Handover::offer(request, Box::pin(events)))
}

impl Stream for Events {
    type Item = Bytes;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let Some(step) = &mut self.0 else {
            return Poll::Ready(None);
        };
        let told = ready!(step.as_mut().poll(context));
        self.0 = None;
        Poll::Ready(told.map(|(event, follower)| {
            self.0 = Some(Box::pin(follower.next()));
            event
        }))
    }
}

impl Follower {
    /// The first event: what has changed already, or where the follower is.
    async fn begin(mut self) -> Option<(Bytes, Self)> {
        let event = match self.access.changes_after(self.place).await {
            Ok(news) => self.told(&news),
            Err(_) => return self.next().await,
        };
        Some((event, self))
    }

    async fn next(mut self) -> Option<(Bytes, Self)> {
        loop {
            let (access, stopping) = (Data::clone(&self.access), Data::clone(&self.stopping));
            let news = tokio::select! {
                biased;
                () = stopping.told() => return None,
                news = access.next_changes_after(self.place) => news,
                () = sleep(POSITION_EVERY) => access.changes_after(self.place).await,
            };
            // Without news the database is not asked: it may not answer either.
            if let Ok(news) = news {
                match self.recognize().await {
                    Ok(()) => return Some((self.told(&news), self)),
                    Err(ServiceAccessError::TokenInvalid) => return None,
                    Err(ServiceAccessError::RateLimited(_) | ServiceAccessError::Store(_)) => {}
                }
            }
            // A server that does not know says nothing.
            sleep(POSITION_EVERY).await;
        }
    }

    /// Looks whether the service is still one, where that was not done lately.
    async fn recognize(&mut self) -> Result<(), ServiceAccessError> {
        if self.recognized_at.elapsed() >= RECOGNIZED_FOR {
            self.access.recognize(&self.caller.0).await?;
            self.recognized_at = Instant::now();
        }
        Ok(())
    }

    /// The event for these news, after which the follower is elsewhere.
    fn told(&mut self, news: &News) -> Bytes {
        self.place = news.position();
        let (name, data) = match news {
            News::StartOver(_) => ("start_over", "{}".to_owned()),
            News::Changes(page) if page.changes.is_empty() => ("position", "{}".to_owned()),
            News::Changes(page) => {
                let changes = page.changes.iter().map(Change::from).collect();
                // It has nothing that JSON cannot hold.
                let data = serde_json::to_string(&Changes { changes });
                ("changes", data.unwrap_or_default())
            }
        };
        format!("id: {}\nevent: {name}\ndata: {data}\n\n", self.place).into()
    }
}

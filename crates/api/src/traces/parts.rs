//! The spans of what a request waits for: units of work in the database, and password hashes.

use std::net::IpAddr;
use std::sync::Arc;

use azuma_domain::ports::{BoxFuture, HashError, PasswordHasher, Store, StoreError, Verdict, Work};
use azuma_domain::user::{GivenPassword, Password, PasswordHash};
use opentelemetry::KeyValue;
use opentelemetry::trace::{Span, SpanBuilder, SpanKind, Status};
use opentelemetry_sdk::trace::Span as SdkSpan;

use super::Traces;
use crate::telemetry::RequestNotes;

/// The part of a request, if this thread works for one that is traced. It ends when dropped.
struct Part(Option<SdkSpan>);

impl Part {
    fn begin(traces: &Traces, name: &'static str, kind: SpanKind) -> Self {
        let place = RequestNotes::current().trace;
        Self(place.map(|place| {
            let span = SpanBuilder::from_name(name).with_kind(kind);
            span.start_with_context(&traces.tracer, &place.as_parent())
        }))
    }

    fn say(&mut self, what: KeyValue) {
        if let Some(span) = &mut self.0 {
            span.set_attribute(what);
        }
    }

    fn end<T, E>(
        self,
        outcome: Result<T, E>,
        kind_of: impl FnOnce(&E) -> &'static str,
    ) -> Result<T, E> {
        if let (Some(mut span), Err(error)) = (self.0, &outcome) {
            span.set_attribute(KeyValue::new("error.type", kind_of(error)));
            span.set_status(Status::error(""));
        }
        outcome
    }
}

/// A store each of whose units of work is a span.
pub struct TracedStore {
    pub store: Arc<dyn Store>,
    pub traces: Traces,
    /// The name of the database system in OpenTelemetry's conventions.
    pub system: &'static str,
}

impl Store for TracedStore {
    fn run(&self, work: Work) -> BoxFuture<'_, Result<(), StoreError>> {
        Box::pin(async move {
            let name = match &work {
                Work::Read(_) => "read",
                Work::Write(_) => "transaction",
            };
            let mut part = Part::begin(&self.traces, name, SpanKind::Client);
            part.say(KeyValue::new("db.system.name", self.system));
            part.end(self.store.run(work).await, |error| match error {
                StoreError::Unavailable { .. } => "unavailable",
                StoreError::Failed { .. } => "failed",
            })
        })
    }
}

/// A hasher each of whose hashes is a span, which includes the wait.
pub struct TracedHasher {
    pub hasher: Arc<dyn PasswordHasher>,
    pub traces: Traces,
}

impl TracedHasher {
    fn begin(&self) -> Part {
        Part::begin(&self.traces, "password hash", SpanKind::Internal)
    }
}

fn kind_of(error: &HashError) -> &'static str {
    match error {
        HashError::Overloaded { .. } => "overloaded",
        HashError::Failed(_) => "failed",
    }
}

impl PasswordHasher for TracedHasher {
    fn hash(
        &self,
        client: Option<IpAddr>,
        password: Password,
    ) -> BoxFuture<'_, Result<PasswordHash, HashError>> {
        Box::pin(async move {
            let part = self.begin();
            part.end(self.hasher.hash(client, password).await, kind_of)
        })
    }

    fn verify(
        &self,
        client: Option<IpAddr>,
        password: GivenPassword,
        hash: PasswordHash,
    ) -> BoxFuture<'_, Result<Verdict, HashError>> {
        Box::pin(async move {
            let part = self.begin();
            part.end(self.hasher.verify(client, password, hash).await, kind_of)
        })
    }
}

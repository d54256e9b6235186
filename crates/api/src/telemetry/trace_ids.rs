//! The trace that each request is part of, for its log lines. A line may be logged on any thread, which knows no more of
//! its request than the id.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use opentelemetry::trace::TraceId;

use super::RequestId;

/// The traces of the open requests; none where requests are not traced.
static OPEN: Mutex<BTreeMap<RequestId, TraceId>> = Mutex::new(BTreeMap::new());

/// A request that is part of a trace, until this is dropped.
pub struct TracedRequest(RequestId);

impl TracedRequest {
    pub fn new(request: RequestId, trace: TraceId) -> Self {
        open().insert(request, trace);
        Self(request)
    }
}

impl Drop for TracedRequest {
    fn drop(&mut self) {
        open().remove(&self.0);
    }
}

pub(super) fn trace_of(request: RequestId) -> Option<TraceId> {
    open().get(&request).copied()
}

fn open() -> MutexGuard<'static, BTreeMap<RequestId, TraceId>> {
    OPEN.lock().unwrap_or_else(PoisonError::into_inner)
}

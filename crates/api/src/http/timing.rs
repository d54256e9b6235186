//! How long a request takes, for the metrics, for the access log and for its trace.

use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use actix_web::HttpRequest;
use actix_web::dev::ServiceResponse;
use actix_web::http::StatusCode;
use tokio::time::Instant;

use super::origin::client_ip;
use crate::config::AccessLog;
use crate::metrics::{Requests, Route, RouteRequests, method_name};
use crate::telemetry::{RequestId, RequestNotes};
use crate::traces::{RequestTrace, Traces};

/// What a thread does with the duration of a request.
pub struct Timekeeper {
    counted: Option<Counted>,
    access_log: AccessLog,
    traces: Option<Traces>,
}

struct Counted {
    all: Arc<Requests>,
    /// Those that no route matches.
    unknown: Arc<RouteRequests>,
}

impl Timekeeper {
    /// `None` if nobody wants to know how long requests take.
    pub fn new(
        requests: Option<Arc<Requests>>,
        access_log: AccessLog,
        traces: Option<Traces>,
    ) -> Option<Rc<Self>> {
        if requests.is_none() && access_log == AccessLog::Off && traces.is_none() {
            return None;
        }
        let counted = requests.map(|all| Counted {
            unknown: all.of(""),
            all,
        });
        Some(Rc::new(Self {
            counted,
            access_log,
            traces,
        }))
    }
}

/// A request that is being answered.
pub struct Timing {
    keeper: Rc<Timekeeper>,
    began: Instant,
    /// `None` if nobody reads it. Boxed, so that it is not moved whenever the request's future is.
    told: Option<Box<Told>>,
}

/// What the access log and traces tell of a request.
struct Told {
    notes: RequestNotes,
    trace: Option<RequestTrace>,
}

impl Timing {
    pub fn begin(keeper: Rc<Timekeeper>, request: &HttpRequest, id: RequestId) -> Self {
        let is_told = keeper.access_log == AccessLog::On || keeper.traces.is_some();
        let told = is_told.then(|| Box::new(Told::begin(keeper.traces.as_ref(), request, id)));
        Self {
            keeper,
            began: Instant::now(),
            told,
        }
    }

    /// Does a part of the work for the request.
    pub fn during<T>(&mut self, work: impl FnOnce() -> T) -> T {
        match &mut self.told {
            Some(told) => told.notes.collect(work),
            None => work(),
        }
    }

    /// Counts and logs the request, and ends its span, as it is answered.
    pub fn end<B>(&mut self, response: &ServiceResponse<B>) {
        let took = self.began.elapsed();
        let (request, status) = (response.request(), response.status());
        let route = request.app_data::<Route>();
        if let Some(Counted { all, unknown }) = &self.keeper.counted {
            let requests = route.map_or(&**unknown, |route| route.requests(all));
            requests.record(request.method(), status, took);
        }
        let Some(Told { notes, trace }) = self.told.as_deref_mut() else {
            return;
        };
        let route = route.map_or("", Route::pattern);
        if self.keeper.access_log == AccessLog::On {
            log(request, route, status, took, *notes);
        }
        if let Some(trace) = trace {
            trace.end(request, route, status, *notes);
        }
    }
}

impl Told {
    fn begin(traces: Option<&Traces>, request: &HttpRequest, id: RequestId) -> Self {
        let trace = traces.and_then(|traces| traces.begin(request, id));
        let notes = RequestNotes {
            trace: trace.as_ref().and_then(RequestTrace::place),
            ..RequestNotes::default()
        };
        Self { notes, trace }
    }
}

/// The route is logged, not the path or the query: clients put tokens into either.
fn log(
    request: &HttpRequest,
    route: &str,
    status: StatusCode,
    took: Duration,
    notes: RequestNotes,
) {
    tracing::info!(
        target: "azuma::access",
        method = method_name(request.method()),
        route,
        status = status.as_u16(),
        duration_ms = millis(took),
        client = client_ip(request).map(tracing::field::display),
        user = notes.user_id.map(|id| tracing::field::display(id.uuid())),
        database_ms = millis(notes.database),
        "a request was answered"
    );
}

/// Milliseconds with three digits of fraction, an hour at most.
fn millis(span: Duration) -> f64 {
    let micros = u32::try_from(span.as_micros()).unwrap_or(u32::MAX);
    f64::from(micros) / 1_000.0
}

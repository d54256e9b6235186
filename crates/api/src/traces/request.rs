//! The span of a request.

use actix_web::HttpRequest;
use actix_web::http::{StatusCode, Version};
use opentelemetry::propagation::{Extractor, TextMapPropagator};
use opentelemetry::trace::{
    Span, SpanContext, SpanId, SpanKind, Status, TraceContextExt, TraceFlags, TraceId, TraceState,
    Tracer,
};
use opentelemetry::{Context, KeyValue};
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::Span as SdkSpan;

use super::Traces;
use crate::http::origin::{client_ip, comes_from_a_trusted_proxy};
use crate::metrics::method_name;
use crate::telemetry::{RequestId, RequestNotes, TracedRequest};

const TRACEPARENT: &str = "traceparent";
/// What health checks ask, many times a minute and for ever.
const UNTRACED: [&str; 2] = ["/livez", "/readyz"];

/// Where the span of a request is among others, for the spans of its parts.
#[derive(Clone, Copy)]
pub struct Place {
    trace: TraceId,
    span: SpanId,
}

impl Place {
    pub(super) fn as_parent(self) -> Context {
        Context::new().with_remote_span_context(SpanContext::new(
            self.trace,
            self.span,
            TraceFlags::SAMPLED,
            false,
            TraceState::NONE,
        ))
    }
}

/// A request that is traced. Dropped before its answer, because its client has left, it says no more than its method.
pub struct RequestTrace {
    span: SdkSpan,
    scheme: &'static str,
    /// Puts the id of the trace on the log lines of the request.
    _lines: TracedRequest,
}

impl Traces {
    /// Begins the span of a request; `None` for one that is not traced.
    pub fn begin(&self, request: &HttpRequest, id: RequestId) -> Option<RequestTrace> {
        if UNTRACED.contains(&request.path()) {
            return None;
        }
        let method = method_name(request.method());
        let span = self
            .tracer
            .span_builder(method)
            .with_kind(SpanKind::Server)
            .with_attributes([
                KeyValue::new("http.request.method", method),
                KeyValue::new("azuma.request_id", id.to_string()),
            ]);
        let span = span.start_with_context(&self.tracer, &parent(request));
        Some(RequestTrace {
            _lines: TracedRequest::new(id, span.span_context().trace_id()),
            span,
            scheme: self.scheme,
        })
    }
}

impl RequestTrace {
    /// Where it is; `None` if it is not sent.
    pub fn place(&self) -> Option<Place> {
        let context = self.span.span_context();
        context.is_sampled().then(|| Place {
            trace: context.trace_id(),
            span: context.span_id(),
        })
    }

    /// Ends as the request is answered. The route is told, not the path or the query: clients put tokens into either.
    pub fn end(
        &mut self,
        request: &HttpRequest,
        route: &str,
        status: StatusCode,
        notes: RequestNotes,
    ) {
        if !self.span.is_recording() {
            return;
        }
        let span = &mut self.span;
        if !route.is_empty() {
            span.update_name(format!("{} {route}", method_name(request.method())));
            span.set_attribute(KeyValue::new("http.route", route.to_owned()));
        }
        let number = i64::from(status.as_u16());
        span.set_attribute(KeyValue::new("http.response.status_code", number));
        span.set_attribute(KeyValue::new("url.scheme", self.scheme));
        if let Some(version) = version(request.version()) {
            span.set_attribute(KeyValue::new("network.protocol.version", version));
        }
        if let Some(client) = client_ip(request) {
            span.set_attribute(KeyValue::new("client.address", client.to_string()));
        }
        if let Some(user) = notes.user_id {
            span.set_attribute(KeyValue::new("enduser.id", user.uuid().to_string()));
        }
        let database = notes.database.as_secs_f64();
        span.set_attribute(KeyValue::new("azuma.database.duration", database));
        if status.is_server_error() {
            span.set_attribute(KeyValue::new("error.type", status.as_str().to_owned()));
            span.set_status(Status::error(""));
        }
        span.end();
    }
}

fn version(version: Version) -> Option<&'static str> {
    match version {
        Version::HTTP_10 => Some("1.0"),
        Version::HTTP_11 => Some("1.1"),
        Version::HTTP_2 => Some("2"),
        _ => None,
    }
}

/// What a trusted proxy says that this request is part of; else a trace begins here, or a stranger could write into the
/// traces of others.
pub(super) fn parent(request: &HttpRequest) -> Context {
    let nothing = Context::new();
    let mut told = request.headers().get_all(TRACEPARENT);
    match (told.next().map(|told| told.to_str()), told.next()) {
        (Some(Ok(told)), None) if comes_from_a_trusted_proxy(request) => {
            TraceContextPropagator::new().extract_with_context(&nothing, &TraceParent(told))
        }
        _ => nothing,
    }
}

/// Only this header. The other one of the convention, `tracestate`, is for services that pass it on.
struct TraceParent<'a>(&'a str);

impl Extractor for TraceParent<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        (key == TRACEPARENT).then_some(self.0)
    }

    fn keys(&self) -> Vec<&str> {
        vec![TRACEPARENT]
    }
}

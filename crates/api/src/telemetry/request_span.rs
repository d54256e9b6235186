//! The span of a request, and the id that it puts on every line logged inside it.
//!
//! A span in the registry of `tracing-subscriber` is allocated and its fields are formatted, which takes 4,400
//! instructions for each request; a session check from memory takes 28,000 in all. Here the id of the span is the id of
//! the request, so nothing is stored, and the span takes about 230 instructions. To other code it is an ordinary span:
//! code that moves work to another thread passes `Span::current()` on.

#[cfg(test)]
mod tests;

use std::array;
use std::cell::Cell;
use std::fmt;
use std::num::NonZeroU64;
use std::sync::OnceLock;

use tracing::field::{Field, Visit};
use tracing::level_filters::LevelFilter;
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::Interest;
use tracing::{Dispatch, Event, Metadata, Span, Subscriber};
use tracing_core::span::Current;
use tracing_subscriber::fmt::format::{Format, Json, Writer};
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::registry::LookupSpan;

use super::trace_ids::trace_of;

/// The name of the span.
const SPAN: &str = "request";

/// The id of a request, in its response and on its log lines. It is written as 16 hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RequestId(NonZeroU64);

impl RequestId {
    /// The id with this number, which no client can predict.
    pub fn new(number: u64) -> Self {
        Self(NonZeroU64::new(number).unwrap_or(NonZeroU64::MIN))
    }

    /// The span of the request. Every line that is logged inside the span carries the id.
    pub fn span(self) -> Span {
        // The level is the most severe one, so that `telemetry.log_filter` cannot switch the span off.
        tracing::error_span!(SPAN, request_id = self.0.get())
    }

    /// The id as text, in lower case. `format!` takes about 400 instructions more.
    pub fn digits(self) -> [u8; 16] {
        array::from_fn(|place| {
            let [.., last] = (self.0.get() >> (60 - 4 * place)).to_be_bytes();
            let digit = last & 0xf;
            digit + if digit < 10 { b'0' } else { b'a' - 10 }
        })
    }

    /// The id of the request whose span this thread is in.
    pub fn current() -> Option<Self> {
        INSIDE.get().request
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

impl From<RequestId> for azuma_domain::audit::RequestId {
    fn from(id: RequestId) -> Self {
        Self::new(id.0.get())
    }
}

impl From<&Id> for RequestId {
    fn from(id: &Id) -> Self {
        Self(id.into_non_zero_u64())
    }
}

/// The span that a thread is in.
#[derive(Clone, Copy)]
struct Inside {
    request: Option<RequestId>,
    /// How often the span was entered and not yet left.
    depth: u32,
}

const OUTSIDE: Inside = Inside {
    request: None,
    depth: 0,
};

thread_local! {
    static INSIDE: Cell<Inside> = const { Cell::new(OUTSIDE) };
}

/// Handles the spans of requests, and passes log lines on to `S`. All other spans are disabled.
pub(super) struct RequestSpans<S> {
    lines: S,
    /// The metadata of the span, after the first request.
    metadata: OnceLock<&'static Metadata<'static>>,
}

impl<S> RequestSpans<S> {
    pub(super) fn around(lines: S) -> Self {
        Self {
            lines,
            metadata: OnceLock::new(),
        }
    }
}

fn is_request(metadata: &Metadata<'_>) -> bool {
    metadata.name() == SPAN && metadata.target() == module_path!()
}

impl<S: Subscriber> Subscriber for RequestSpans<S> {
    fn on_register_dispatch(&self, dispatch: &Dispatch) {
        self.lines.on_register_dispatch(dispatch);
    }

    fn register_callsite(&self, metadata: &'static Metadata<'static>) -> Interest {
        match (metadata.is_span(), is_request(metadata)) {
            (true, true) => {
                self.metadata.get_or_init(|| metadata);
                Interest::always()
            }
            (true, false) => Interest::never(),
            (false, _) => self.lines.register_callsite(metadata),
        }
    }

    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        match metadata.is_span() {
            true => is_request(metadata),
            false => self.lines.enabled(metadata),
        }
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        self.lines.max_level_hint()
    }

    fn new_span(&self, attributes: &Attributes<'_>) -> Id {
        let mut number = Number(0);
        attributes.record(&mut number);
        Id::from_non_zero_u64(RequestId::new(number.0).0)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event_enabled(&self, event: &Event<'_>) -> bool {
        self.lines.event_enabled(event)
    }

    fn event(&self, event: &Event<'_>) {
        self.lines.event(event);
    }

    fn enter(&self, id: &Id) {
        let Inside { depth, .. } = INSIDE.get();
        INSIDE.set(Inside {
            request: Some(id.into()),
            depth: depth.saturating_add(1),
        });
    }

    fn exit(&self, _: &Id) {
        // A thread works for one request at a time, so an outer span belongs to the same request.
        let Inside { request, depth } = INSIDE.get();
        INSIDE.set(match depth {
            0 | 1 => OUTSIDE,
            depth => Inside {
                request,
                depth: depth - 1,
            },
        });
    }

    fn current_span(&self) -> Current {
        match (RequestId::current(), self.metadata.get()) {
            (Some(id), Some(metadata)) => Current::new(Id::from_non_zero_u64(id.0), metadata),
            _ => Current::none(),
        }
    }
}

/// Reads the field of the span.
struct Number(u64);

impl Visit for Number {
    fn record_u64(&mut self, _: &Field, value: u64) {
        self.0 = value;
    }

    fn record_debug(&mut self, _: &Field, _: &dyn fmt::Debug) {}
}

/// Formats lines with `F`, and appends the field `request_id` to the lines of a request, and `trace_id` where it is traced.
pub(super) struct WithRequestId<F> {
    lines: F,
    form: LineForm,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum LineForm {
    Json,
    Text,
}

/// Whether lines have ANSI colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Colours {
    On,
    Off,
}

impl WithRequestId<Format<Json>> {
    /// One JSON object for each line.
    pub(super) fn json() -> Self {
        Self {
            lines: Format::default().json().flatten_event(true),
            form: LineForm::Json,
        }
    }
}

impl WithRequestId<Format> {
    /// Text for people.
    pub(super) fn text(colours: Colours) -> Self {
        Self {
            lines: Format::default().with_ansi(colours == Colours::On),
            form: LineForm::Text,
        }
    }
}

impl<S, N, F> FormatEvent<S, N> for WithRequestId<F>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
    F: FormatEvent<S, N>,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let Some(id) = RequestId::current() else {
            return self.lines.format_event(context, writer, event);
        };
        let mut line = String::new();
        (self.lines).format_event(context, Writer::new(&mut line), event)?;
        let line = line.trim_end();
        match (self.form, line.strip_suffix('}')) {
            (LineForm::Json, Some(fields)) => {
                write!(writer, "{fields},\"request_id\":\"{id}\"")?;
                if let Some(trace) = trace_of(id) {
                    write!(writer, ",\"trace_id\":\"{trace}\"")?;
                }
                writeln!(writer, "}}")
            }
            (LineForm::Json, None) | (LineForm::Text, _) => {
                write!(writer, "{line} request_id={id}")?;
                if let Some(trace) = trace_of(id) {
                    write!(writer, " trace_id={trace}")?;
                }
                writeln!(writer)
            }
        }
    }
}

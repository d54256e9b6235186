//! The span of a request, and the id that it puts on every line logged inside it.
//!
//! A span in the registry of `tracing-subscriber` is allocated and its fields are formatted, which takes 4,400
//! instructions for each request; a session check from memory takes 26,000 in all. Here the id of the span is the id of
//! the request, and the thread keeps it, so nothing is made. To other code it is an ordinary span: code that moves work
//! to another thread passes `Span::current()` on.

#[cfg(test)]
mod tests;

use std::array;
use std::cell::Cell;
use std::fmt;
use std::marker::PhantomData;
use std::num::NonZeroU64;

use tracing::level_filters::LevelFilter;
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::Interest;
use tracing::{Dispatch, Event, Level, Metadata, Subscriber};
use tracing_core::callsite::Callsite;
use tracing_core::metadata::Kind;
use tracing_core::span::Current;
use tracing_subscriber::fmt::format::{Format, Json, Writer};
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::registry::LookupSpan;

use super::trace_ids::trace_of;

/// The id of a request, in its response and on its log lines. It is written as 16 hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RequestId(NonZeroU64);

impl RequestId {
    /// The id with this number, which no client can predict.
    pub fn new(number: u64) -> Self {
        Self(NonZeroU64::new(number).unwrap_or(NonZeroU64::MIN))
    }

    /// Enters the span of the request. Every line that this thread logs carries the id until the guard is dropped.
    pub fn enter(self) -> Entered {
        let outer = INSIDE.get();
        INSIDE.set(outer.entered(self));
        Entered {
            outer,
            of_this_thread: PhantomData,
        }
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

impl Inside {
    fn entered(self, request: RequestId) -> Self {
        Self {
            request: Some(request),
            depth: self.depth.saturating_add(1),
        }
    }
}

/// Leaves the span of a request when it is dropped.
#[must_use]
pub struct Entered {
    outer: Inside,
    of_this_thread: PhantomData<*const ()>,
}

impl Drop for Entered {
    fn drop(&mut self) {
        INSIDE.set(self.outer);
    }
}

thread_local! {
    static INSIDE: Cell<Inside> = const { Cell::new(OUTSIDE) };
}

/// What `tracing` knows of every request's span. No filter is asked about it.
static SPAN: Metadata<'static> = tracing_core::metadata! {
    name: "request",
    target: module_path!(),
    level: Level::ERROR,
    fields: &[],
    callsite: &RequestSpan,
    kind: Kind::SPAN,
};

/// The place in the code that [`SPAN`] belongs to.
struct RequestSpan;

impl Callsite for RequestSpan {
    fn set_interest(&self, _: Interest) {}

    fn metadata(&self) -> &Metadata<'_> {
        &SPAN
    }
}

/// Handles the spans of requests, and passes log lines on to `S`. All other spans are disabled.
pub(super) struct RequestSpans<S> {
    lines: S,
}

impl<S> RequestSpans<S> {
    pub(super) fn around(lines: S) -> Self {
        Self { lines }
    }
}

impl<S: Subscriber> Subscriber for RequestSpans<S> {
    fn on_register_dispatch(&self, dispatch: &Dispatch) {
        self.lines.on_register_dispatch(dispatch);
    }

    fn register_callsite(&self, metadata: &'static Metadata<'static>) -> Interest {
        match metadata.is_span() {
            true => Interest::never(),
            false => self.lines.register_callsite(metadata),
        }
    }

    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        !metadata.is_span() && self.lines.enabled(metadata)
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        self.lines.max_level_hint()
    }

    /// No other span is enabled, so none is made.
    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_non_zero_u64(NonZeroU64::MAX)
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
        INSIDE.set(INSIDE.get().entered(id.into()));
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
        let id = RequestId::current().map(|id| Id::from_non_zero_u64(id.0));
        id.map_or_else(Current::none, |id| Current::new(id, &SPAN))
    }
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

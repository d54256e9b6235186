use std::sync::{Arc, Mutex};

use tracing::Span;
use tracing::subscriber::with_default;
use tracing_subscriber::fmt;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::fmt::format::JsonFields;

use super::*;

#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Lines {
    fn write(&mut self, text: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(text)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Lines {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

/// The ids of the lines that `log` leaves, as text and as JSON.
fn ids(log: impl Fn()) -> Vec<Option<String>> {
    let (text, json) = (Lines::default(), Lines::default());
    let lines = fmt().with_writer(text.clone());
    let lines = lines
        .event_format(WithRequestId::text(Colours::On))
        .finish();
    with_default(RequestSpans::around(lines), &log);
    let lines = fmt()
        .with_writer(json.clone())
        .fmt_fields(JsonFields::new());
    let lines = lines.event_format(WithRequestId::json()).finish();
    with_default(RequestSpans::around(lines), &log);
    let written = |lines: Lines| String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
    let in_text: Vec<_> = written(text)
        .lines()
        .map(|line| Some(line.rsplit_once(" request_id=")?.1.to_owned()))
        .collect();
    let in_json: Vec<_> = written(json)
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap())
        .map(|line| Some(line["request_id"].as_str()?.to_owned()))
        .collect();
    assert_eq!(in_text, in_json);
    in_text
}

#[test]
fn an_id_is_sixteen_digits_and_never_nothing() {
    for (number, text) in [
        (0, "0000000000000001"),
        (0xab_cdef, "0000000000abcdef"),
        (u64::MAX, "ffffffffffffffff"),
    ] {
        let id = RequestId::new(number);
        assert_eq!(id.to_string(), text);
        assert_eq!(id.digits(), text.as_bytes());
    }
}

#[test]
fn lines_inside_the_span_carry_the_id_and_those_outside_do_not() {
    let told = ids(|| {
        tracing::info!("before");
        let inside = RequestId::new(7).enter();
        tracing::info!("inside");
        drop(inside);
        tracing::info!("after");
    });
    assert_eq!(told, [None, Some("0000000000000007".to_owned()), None]);
}

#[test]
fn the_span_can_be_entered_twice_and_taken_to_another_thread() {
    let told = ids(|| {
        let inside = RequestId::new(7).enter();
        Span::current().in_scope(|| tracing::info!("twice"));
        tracing::info!("still inside");
        let (span, log) = (
            Span::current(),
            tracing::dispatcher::get_default(Clone::clone),
        );
        std::thread::scope(|scope| {
            let inside = move || span.in_scope(|| tracing::info!("elsewhere"));
            scope.spawn(move || tracing::dispatcher::with_default(&log, inside));
        });
        drop(inside);
        tracing::info!("outside");
    });
    let id = Some("0000000000000007".to_owned());
    assert_eq!(told, [id.clone(), id.clone(), id, None]);
}

#[test]
fn other_spans_are_switched_off() {
    let told = ids(|| tracing::error_span!("other").in_scope(|| tracing::info!("inside")));
    assert_eq!(told, [None]);
}

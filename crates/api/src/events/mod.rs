//! How events of the audit trail are printed.

mod cursor;
mod json;
mod ocsf;
mod text;

use azuma_domain::audit::{Outcome, RecordedEvent};

use crate::commands::output::json;
pub use cursor::Cursor;
pub use json::Event;

/// A form of events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// For people.
    Text,
    /// JSON with the words of the trail.
    Json,
    /// JSON as of the Open Cybersecurity Schema Framework.
    Ocsf,
}

/// A line with the event, without its end.
pub fn line(event: &RecordedEvent, form: Form) -> Result<String, serde_json::Error> {
    match form {
        Form::Text => Ok(text::line(event)),
        Form::Ocsf => json(&ocsf::OcsfEvent::from(event)),
        Form::Json => json(&Event::from(event)),
    }
}

/// The word for whether it was done, and why not.
pub fn words(outcome: Outcome) -> (&'static str, Option<&'static str>) {
    match outcome {
        Outcome::Success => ("success", None),
        Outcome::Refused(reason) => ("refused", Some(reason.name())),
    }
}

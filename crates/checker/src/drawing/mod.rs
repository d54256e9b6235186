//! A history as one HTML page, which needs nothing from elsewhere: a lane for each client, a bar for each request, what was
//! broken beside them, and what is impossible above.
//!
//! Rust writes what is impossible; `page.js` draws the lanes, so that a history of 50,000 events is shown in parts.

use std::fmt::Write;

use serde::Serialize;

use crate::Violation;
use crate::history::History;

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");
/// How many events of a violation are linked: the last ones, which tell most.
const LINKED: usize = 30;

/// What the script is given.
#[derive(Serialize)]
struct Data<'a> {
    history: &'a History,
    violations: &'a [Violation],
}

/// The page of a history and of what is impossible in it.
#[must_use]
pub fn draw(history: &History, violations: &[Violation]) -> String {
    let data = Data {
        history,
        violations,
    };
    // Text of a history must not end the element that holds it.
    let data = serde_json::to_string(&data)
        .unwrap_or_else(|error| format!("{{\"error\": \"{error:?}\"}}"))
        .replace('<', "\\u003c");
    let title = match violations.len() {
        0 => "Nothing in this history is impossible".to_owned(),
        1 => "One thing in this history is impossible".to_owned(),
        many => format!("{many} things in this history are impossible"),
    };
    let list = listed(violations);
    format!(
        r#"<!DOCTYPE html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
{STYLE}</style>
<header>
<h1>{title}</h1>
<ol id="violations">
{list}</ol>
<form id="controls"></form>
</header>
<main>
<div id="lanes"></div>
<aside id="event"></aside>
</main>
<script type="application/json" id="data">{data}</script>
<script>
{SCRIPT}</script>
</html>
"#
    )
}

/// A line for each violation; those that differ in the last event alone have one.
fn listed(violations: &[Violation]) -> String {
    let same = |one: &Violation, other: &Violation| {
        one.rule == other.rule
            && one.events.len() > 1
            && earlier_events(one) == earlier_events(other)
    };
    let mut list = String::new();
    for alike in violations.chunk_by(same) {
        let [first, again @ ..] = alike else {
            continue;
        };
        let (rule, what) = (first.rule, escaped(&first.what));
        let left_out = first.events.len().saturating_sub(LINKED);
        let dots = if left_out > 0 { " …" } else { "" };
        let links = links(&first.events[left_out..]);
        let _ = write!(list, "<li><strong>{rule:?}</strong> {what}:{dots}{links}");
        if !again.is_empty() {
            let events: Vec<usize> = again
                .iter()
                .filter_map(|other| other.events.last().copied())
                .collect();
            let _ = write!(list, "; the same of{}", self::links(&events));
        }
        list.push_str("</li>\n");
    }
    list
}

fn earlier_events(violation: &Violation) -> &[usize] {
    let last = violation.events.len().saturating_sub(1);
    &violation.events[..last]
}

fn links(events: &[usize]) -> String {
    events.iter().fold(String::new(), |mut links, number| {
        let _ = write!(links, r##" <a href="#{number}">{number}</a>"##);
        links
    })
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

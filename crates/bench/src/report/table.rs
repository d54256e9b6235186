//! The tables, as Markdown.

use std::fmt::Write;

use super::{Figure, Findings, Machine, Reach, Row};

/// The text above the tables.
const HEAD: &str = "\
# Performance

Written by `scripts/bench`. What is compared is measured in turn, n times in one run, and *got* is the median of the n. *The
limit* is a bare actix-web handler that answers as many bytes of JSON. Servers have one HTTP worker, one hash thread, and one
core to themselves; the load generator and Postgres have the other. CPU time is that of the server's process, in user space and
in the kernel.

";

/// The whole document.
pub fn markdown(machine: &Machine, findings: &Findings, missing: &[String]) -> String {
    let mut text = HEAD.to_owned();
    for fact in machine.facts() {
        line(&mut text, &format!("- {fact}"));
    }
    line(&mut text, "");
    if machine.is_judged() {
        line(&mut text, "![got against reach](performance.svg)\n");
    }
    line(
        &mut text,
        "| what | against | reach | got | min … max of n | |",
    );
    line(&mut text, "|---|---|---|---|---|---|");
    for row in &findings.rows {
        line(&mut text, &table_row(row, machine.is_judged()));
    }
    line(&mut text, "\n## What they follow from\n");
    line(&mut text, "| figure | median | min … max of n |");
    line(&mut text, "|---|---|---|");
    for Figure { what, unit, rounds } in &findings.figures {
        let (median, spread) = (unit.write(rounds.median()), spread(*unit, rounds));
        line(&mut text, &format!("| {what} | {median} | {spread} |"));
    }
    for missing in missing {
        line(&mut text, &format!("\n{missing}"));
    }
    text
}

fn line(text: &mut String, line: &str) {
    // Writing to a string does not fail.
    let _ = writeln!(text, "{line}");
}

fn table_row(row: &Row, is_judged: bool) -> String {
    let Row {
        what,
        against,
        unit,
        rounds,
        ..
    } = row;
    let verdict = match (is_judged, row.holds()) {
        (false, _) => "",
        (true, true) => "reached",
        (true, false) => "**missed**",
    };
    let (reach, got) = (reach(row), unit.write(rounds.median()));
    let spread = spread(*unit, rounds);
    format!("| {what} | {against} | {reach} | {got} | {spread} | {verdict} |")
}

/// The target of a row.
pub fn reach(row: &Row) -> String {
    match row.reach {
        Reach::AtMost(most) => format!("≤ {}", row.unit.write(most)),
        Reach::AtLeast(least) => format!("≥ {}", row.unit.write(least)),
    }
}

fn spread(unit: super::Unit, rounds: &crate::statistics::Series) -> String {
    let (min, max) = (unit.write(rounds.min()), unit.write(rounds.max()));
    match rounds.len() {
        1 => "once".to_owned(),
        count => format!("{min} … {max} of {count}"),
    }
}

/// A row on the terminal.
pub fn in_words(row: &Row) -> String {
    let Row { what, against, .. } = row;
    let got = row.unit.write(row.rounds.median());
    let reach = reach(row);
    let against = match against.as_str() {
        "" => String::new(),
        against => format!(" ({against})"),
    };
    format!("{what}{against}: {got} {reach}")
}

#[cfg(test)]
mod tests {
    use super::super::Unit;
    use super::*;
    use crate::statistics::Series;

    #[test]
    fn the_median_is_judged() {
        let row = Row {
            what: "logins/s".to_owned(),
            against: "raw hashes/s".to_owned(),
            reach: Reach::AtLeast(0.95),
            unit: Unit::Times,
            rounds: Series::from_iter([0.9, 0.96, 0.97]),
        };
        let line =
            "| logins/s | raw hashes/s | ≥ 0.950 × | 0.960 × | 0.900 × … 0.970 × of 3 | reached |";
        assert_eq!(table_row(&row, true), line);
        assert_eq!(table_row(&row, false), line.replace("reached", ""));
    }
}

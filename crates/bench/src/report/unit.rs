//! The units of figures, and how figures are written.

/// The unit of a figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// A ratio.
    Times,
    /// A number of things.
    Count,
    /// A share of a whole.
    Share,
    /// µs
    Microseconds,
    /// ms
    Milliseconds,
    /// ms more than what it is compared with
    MoreMilliseconds,
    /// MiB
    Mebibytes,
    /// MiB more than what it is compared with
    MoreMebibytes,
    /// A rate per second.
    PerSecond,
}

impl Unit {
    /// A number with its unit.
    pub fn write(self, number: f64) -> String {
        let digits = digits(number);
        match self {
            Self::Times => format!("{number:.3} ×"),
            Self::Count => format!("{number:.3}"),
            Self::Share => format!("{:.0} %", number * 100.0),
            Self::Microseconds => format!("{number:.digits$} µs"),
            Self::Milliseconds => format!("{number:.digits$} ms"),
            Self::MoreMilliseconds => format!("{number:+.digits$} ms"),
            Self::Mebibytes => format!("{number:.digits$} MiB"),
            Self::MoreMebibytes => format!("{number:+.digits$} MiB"),
            Self::PerSecond => format!("{number:.digits$}/s"),
        }
    }
}

/// Three significant digits, or all before the point.
fn digits(number: f64) -> usize {
    match number.abs() {
        size if size >= 100.0 => 0,
        size if size >= 10.0 => 1,
        _ => 2,
    }
}

#[cfg(test)]
mod tests {
    use super::Unit;

    #[test]
    fn numbers_are_rounded_to_what_matters() {
        assert_eq!(Unit::PerSecond.write(50_000.4), "50000/s");
        assert_eq!(Unit::MoreMebibytes.write(4.321), "+4.32 MiB");
        assert_eq!(Unit::Share.write(0.871), "87 %");
    }
}

//! The known keys and the kinds of their values, read from the defaults.

use std::collections::{BTreeMap, BTreeSet};

use toml::{Table, Value};

use super::environment::PREFIX;

/// The least similarity, of 1, at which a name is suggested for another.
const ALIKE: f64 = 0.4;

/// The kind of a key's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    /// A duration, written as text.
    Span,
    Whole,
    Switch,
    /// A list of texts.
    List,
}

/// Every key, written with its sections (`http.listen`), and every section.
pub(super) struct Schema {
    keys: BTreeMap<String, Kind>,
    sections: BTreeSet<String>,
}

impl Kind {
    fn of(value: &Value) -> Option<Self> {
        match value {
            Value::String(text) if humantime::parse_duration(text).is_ok() => Some(Self::Span),
            Value::String(_) => Some(Self::Text),
            Value::Integer(_) => Some(Self::Whole),
            Value::Boolean(_) => Some(Self::Switch),
            Value::Array(_) => Some(Self::List),
            Value::Float(_) | Value::Datetime(_) | Value::Table(_) => None,
        }
    }

    /// Whether a value is of this kind.
    pub(super) fn accepts(self, value: &Value) -> bool {
        match self {
            Self::Text | Self::Span => value.is_str(),
            Self::Whole => value.is_integer(),
            Self::Switch => value.is_bool(),
            Self::List => value
                .as_array()
                .is_some_and(|items| items.iter().all(Value::is_str)),
        }
    }

    /// Reads the value of an environment variable: text literally, other kinds in TOML syntax, a list also with commas.
    pub(super) fn read(self, text: &str) -> Option<Value> {
        match self {
            Self::Text | Self::Span => Some(Value::String(text.to_owned())),
            Self::Whole => text.trim().parse().ok().map(Value::Integer),
            Self::Switch => text.trim().parse().ok().map(Value::Boolean),
            Self::List if text.trim_start().starts_with('[') => {
                text.trim().parse().ok().filter(|value| self.accepts(value))
            }
            Self::List => Some(Value::Array(
                text.split(',')
                    .map(str::trim)
                    .filter(|item| !item.is_empty())
                    .map(|item| Value::String(item.to_owned()))
                    .collect(),
            )),
        }
    }

    /// The error text for a value of another kind.
    pub(super) fn demand(self) -> &'static str {
        match self {
            Self::Text => "must be a string in quotes",
            Self::Span => "must be a duration in quotes, such as \"5m\"",
            Self::Whole => "must be a whole number",
            Self::Switch => "must be true or false",
            Self::List => "must be a list of strings, such as [\"a\", \"b\"]",
        }
    }
}

impl Schema {
    /// Reads the keys from the defaults.
    pub(super) fn of(defaults: &Table) -> Self {
        let mut schema = Self {
            keys: BTreeMap::new(),
            sections: BTreeSet::new(),
        };
        schema.learn(defaults, "");
        schema
    }

    fn learn(&mut self, table: &Table, section: &str) {
        for (name, value) in table {
            let key = join(section, name);
            if let Value::Table(inner) = value {
                self.learn(inner, &key);
                self.sections.insert(key);
            } else if let Some(kind) = Kind::of(value) {
                self.keys.insert(key, kind);
            }
        }
    }

    /// The kind of a key; `None` if the key is unknown.
    pub(super) fn kind(&self, key: &str) -> Option<Kind> {
        self.keys.get(key).copied()
    }

    /// Every key.
    #[cfg(test)]
    pub(super) fn keys(&self) -> impl Iterator<Item = &str> {
        self.keys.keys().map(String::as_str)
    }

    /// Whether a section has this name.
    pub(super) fn is_section(&self, name: &str) -> bool {
        self.sections.contains(name)
    }

    /// The key that an environment variable sets, and its kind.
    pub(super) fn by_variable(&self, name: &str) -> Option<(&str, Kind)> {
        self.keys
            .iter()
            .find(|(key, _)| variable(key) == name)
            .map(|(key, kind)| (key.as_str(), *kind))
    }

    /// The known key most similar to `key`, by its whole path or by its last part.
    pub(super) fn nearest_key(&self, key: &str) -> String {
        nearest(key, self.keys.keys(), path_likeness)
    }

    /// The known section most similar to `name`.
    pub(super) fn nearest_section(&self, name: &str) -> String {
        nearest(name, self.sections.iter(), path_likeness)
    }

    /// The known environment variable most similar to `name`, if one is similar enough.
    pub(super) fn nearest_variable(&self, name: &str) -> Option<String> {
        let names: Vec<_> = self.keys.keys().map(|key| variable(key)).collect();
        let capitals = name.to_uppercase();
        let found = nearest(&capitals, names.iter(), variable_likeness);
        (variable_likeness(&capitals, &found) >= ALIKE).then_some(found)
    }
}

/// The path of a name in a section; the outermost section is empty.
pub(super) fn join(section: &str, name: &str) -> String {
    if section.is_empty() {
        name.to_owned()
    } else {
        format!("{section}.{name}")
    }
}

/// The environment variable that sets a key.
pub(super) fn variable(key: &str) -> String {
    format!("{PREFIX}{}", key.replace('.', "__").to_uppercase())
}

fn nearest<'a>(
    wanted: &str,
    known: impl Iterator<Item = &'a String>,
    likeness: impl Fn(&str, &str) -> f64,
) -> String {
    known
        .max_by(|a, b| likeness(wanted, a).total_cmp(&likeness(wanted, b)))
        .cloned()
        .unwrap_or_default()
}

/// Compares whole paths and last parts, because a key in the wrong section is as likely as a misspelled key.
const LAST_PART_ALONE: f64 = 0.9;

fn variable_likeness(wanted: &str, known: &str) -> f64 {
    // The common prefix must not raise the similarity.
    let path = |variable: &str| {
        let key = variable.strip_prefix(PREFIX).unwrap_or(variable);
        key.replace("__", ".")
    };
    let (wanted, known) = (path(wanted), path(known));
    let whole = strsim::normalized_damerau_levenshtein(&wanted, &known);
    match last_part(&wanted) == last_part(&known) {
        true => whole.max(LAST_PART_ALONE),
        false => whole,
    }
}

fn path_likeness(wanted: &str, known: &str) -> f64 {
    let whole = strsim::normalized_damerau_levenshtein(wanted, known);
    let last = strsim::normalized_damerau_levenshtein(last_part(wanted), last_part(known));
    whole.max(last * LAST_PART_ALONE)
}

fn last_part(key: &str) -> &str {
    key.rsplit('.').next().unwrap_or(key)
}

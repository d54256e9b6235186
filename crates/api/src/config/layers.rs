//! Layers of settings, in which a later layer overrides an earlier one, and the source of each setting.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use toml::{Table, Value};

use super::environment;
use super::error::{ConfigError, Source};
use super::schema::{Schema, join};
use super::secret_file::SECRETS;

/// The defaults and the layers over them.
pub(super) struct Layers {
    schema: Schema,
    settings: Table,
    /// The source of each key that is not at its default.
    sources: BTreeMap<String, Source>,
}

impl Layers {
    /// The defaults without another layer.
    pub(super) fn new(defaults: &str) -> Result<Self, ConfigError> {
        let settings = parse(defaults, &Source::Defaults)?;
        Ok(Self {
            schema: Schema::of(&settings),
            settings,
            sources: BTreeMap::new(),
        })
    }

    /// Adds a file as the next layer.
    pub(super) fn add_file(&mut self, path: &Path, text: &str) -> Result<(), ConfigError> {
        let source = Source::File(path.to_owned());
        let table = parse(text, &source)?;
        self.add_table(table, "", &source)
    }

    fn add_table(
        &mut self,
        table: Table,
        section: &str,
        source: &Source,
    ) -> Result<(), ConfigError> {
        for (name, value) in table {
            let key = join(section, &name);
            match (self.schema.kind(&key), value) {
                (None, Value::Table(inner)) if self.schema.is_section(&key) => {
                    self.add_table(inner, &key, source)?;
                }
                (None, _) if self.schema.is_section(&key) => {
                    let problem = format!("must be a section, written [{key}]");
                    return Err(bad_value(source, key, problem));
                }
                (None, value) => {
                    let nearest = if value.is_table() {
                        self.schema.nearest_section(&key)
                    } else {
                        self.schema.nearest_key(&key)
                    };
                    return Err(ConfigError::UnknownKey {
                        place: source.clone(),
                        key: key.escape_debug().to_string(),
                        nearest,
                    });
                }
                (Some(kind), value) if kind.accepts(&value) => {
                    self.set(&key, value, source.clone());
                }
                (Some(kind), _) => return Err(bad_value(source, key, kind.demand().to_owned())),
            }
        }
        Ok(())
    }

    /// Adds environment variables as the next layer and ignores those that are not settings.
    pub(super) fn add_variables(
        &mut self,
        variables: impl IntoIterator<Item = (String, String)>,
    ) -> Result<(), ConfigError> {
        let ours: BTreeMap<_, _> = variables
            .into_iter()
            .filter(|(name, value)| environment::is_ours(name, value))
            .collect();
        for (name, text) in ours {
            let Some((key, kind)) = self.schema.by_variable(&name) else {
                return Err(ConfigError::UnknownVariable {
                    nearest: self.schema.nearest_variable(&name),
                    name,
                });
            };
            let key = key.to_owned();
            let source = Source::Variable(name);
            match kind.read(&text) {
                Some(value) => self.set(&key, value, source),
                None => return Err(bad_value(&source, key, kind.demand().to_owned())),
            }
        }
        Ok(())
    }

    fn set(&mut self, key: &str, value: Value, source: Source) {
        put(&mut self.settings, key, value);
        self.sources.insert(key.to_owned(), source);
    }

    /// Reads the secrets whose files are named, as if they had been set.
    pub(super) fn read_secret_files(&mut self) -> Result<(), ConfigError> {
        for secret in &SECRETS {
            let Some(file_place) = self.given(secret.file_key) else {
                continue;
            };
            let file_key = secret.file_key.to_owned();
            if let Some(place) = self.given(secret.key) {
                return Err(ConfigError::SetTwice {
                    key: secret.key.to_owned(),
                    place,
                    file_key,
                    file_place,
                });
            }
            let path = get(&self.settings, secret.file_key).and_then(Value::as_str);
            let path = PathBuf::from(path.unwrap_or_default());
            let value = secret.read(&path);
            let value = value.map_err(|problem| bad_value(&file_place, file_key, problem))?;
            self.set(secret.key, value, Source::SecretFile(path));
        }
        Ok(())
    }

    /// The source of a setting that is set, and not to nothing.
    fn given(&self, key: &str) -> Option<Source> {
        let source = self.sources.get(key)?;
        let is_nothing = match get(&self.settings, key)? {
            Value::String(text) => text.is_empty(),
            Value::Array(items) => items.is_empty(),
            _ => false,
        };
        (!is_nothing).then(|| source.clone())
    }

    /// The settings in force, and the sources of those that are not at their defaults.
    pub(super) fn finish(self) -> (Table, BTreeMap<String, Source>) {
        (self.settings, self.sources)
    }

    /// All keys.
    #[cfg(test)]
    pub(super) fn schema(&self) -> &Schema {
        &self.schema
    }
}

fn get<'a>(table: &'a Table, key: &str) -> Option<&'a Value> {
    match key.split_once('.') {
        None => table.get(key),
        Some((section, rest)) => get(table.get(section)?.as_table()?, rest),
    }
}

pub(super) fn put(table: &mut Table, key: &str, value: Value) {
    match key.split_once('.') {
        None => {
            table.insert(key.to_owned(), value);
        }
        Some((section, rest)) => {
            if let Some(Value::Table(inner)) = table.get_mut(section) {
                put(inner, rest, value);
            }
        }
    }
}

fn bad_value(source: &Source, key: String, problem: String) -> ConfigError {
    ConfigError::BadValue {
        place: source.clone(),
        key,
        problem,
    }
}

fn parse(text: &str, source: &Source) -> Result<Table, ConfigError> {
    toml::from_str(text).map_err(|error: toml::de::Error| {
        // The parser's full text quotes the line, which may hold a secret.
        let start = error.span().map_or(0, |span| span.start);
        let before = text.get(..start).unwrap_or(text);
        let line_start = before.rfind('\n').map_or(0, |end| end + 1);
        ConfigError::Syntax {
            place: source.clone(),
            line: before.matches('\n').count() + 1,
            column: before.get(line_start..).unwrap_or("").chars().count() + 1,
            problem: problem(error.message()),
        }
    })
}

/// The parser's message on one line. For a number beyond 64 bits the parser would quote the value.
fn problem(message: &str) -> String {
    if message.starts_with("invalid type") || message.starts_with("invalid value") {
        return "the number is too large".to_owned();
    }
    message.replace('\n', " ")
}

//! Why a body has not the form that a route reads, in words that repeat nothing of it.

use std::fmt::Display;

use actix_web::web::Query;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};

use super::body::BodyKind;

/// What is wrong with the form of a body. The fields that it names are the route's own.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    /// A content type other than that of JSON.
    #[error("the content type must be `application/json`")]
    NotJson,
    /// A content type other than that of a form.
    #[error("the content type must be `application/x-www-form-urlencoded`")]
    NotForm,
    /// A query that is not even a list of fields, which every text is.
    #[error("the query or the form cannot be read")]
    NotPairs,
    /// Bytes that are no UTF-8.
    #[error("the body must be UTF-8")]
    NotUtf8,
    /// JSON of another type, or no JSON.
    #[error("the body must be a JSON object, without a byte order mark or a content encoding")]
    NotObject,
    /// JSON that begins like an object, with a defect or beyond what can be read, such as `1e999`.
    #[error("the body is not valid JSON, or has a number or an escape that cannot be read")]
    InvalidJson,
    /// An object or a form without a field.
    #[error("the field `{0}` is missing")]
    Missing(String),
    /// A field of another type.
    #[error("the field `{0}` has another type than it must have")]
    WrongType(String),
    /// An object or a form in which a field comes twice.
    #[error("the field `{0}` comes more than once")]
    Repeated(String),
    /// A body that ended early.
    #[error("the body is shorter than its length")]
    BrokenOff,
}

/// Reads a JSON object.
pub fn parse_json<T: DeserializeOwned>(
    kind: Option<BodyKind>,
    bytes: &[u8],
) -> Result<T, Malformed> {
    if !kind.is_none_or(|kind| kind == BodyKind::Json) {
        return Err(Malformed::NotJson);
    }
    if !is_object(bytes) {
        return Err(Malformed::NotObject);
    }
    // serde_json does not validate ignored strings, and the whole body must be UTF-8.
    let text = std::str::from_utf8(bytes).map_err(|_| Malformed::NotUtf8)?;
    let mut reader = serde_json::Deserializer::from_str(text);
    let value =
        serde_path_to_error::deserialize(&mut reader).map_err(|error| told_of_json(&error))?;
    reader.end().map_err(|_| Malformed::InvalidJson)?;
    Ok(value)
}

/// Reads an HTML form, which is encoded like a query string.
pub fn parse_form<T: DeserializeOwned>(
    kind: Option<BodyKind>,
    bytes: &[u8],
) -> Result<T, Malformed> {
    if kind != Some(BodyKind::Form) {
        return Err(Malformed::NotForm);
    }
    parse_query(std::str::from_utf8(bytes).map_err(|_| Malformed::NotUtf8)?)
}

/// Reads the query of a URL.
pub fn parse_query<T: DeserializeOwned>(query: &str) -> Result<T, Malformed> {
    let read = Query::<Told<T>>::from_query(query);
    read.map_err(|_| Malformed::NotPairs)?.into_inner().0
}

/// A value, or what is wrong with it and where.
struct Told<T>(Result<T, Malformed>);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Told<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let read = serde_path_to_error::deserialize(deserializer);
        Ok(Self(read.map_err(|error| told(&error))))
    }
}

/// serde would also read a struct from an array, but the contract's bodies are objects.
fn is_object(bytes: &[u8]) -> bool {
    bytes.trim_ascii_start().starts_with(b"{")
}

fn told_of_json(error: &serde_path_to_error::Error<serde_json::Error>) -> Malformed {
    match error.inner().is_data() {
        true => told(error),
        false => Malformed::InvalidJson,
    }
}

fn told(error: &serde_path_to_error::Error<impl Display>) -> Malformed {
    // Only what a route reads can have the wrong type, so the path has no key of the client's own.
    let reason = error.inner().to_string();
    field(&reason).unwrap_or_else(|| Malformed::WrongType(error.path().to_string()))
}

/// The field that serde says is missing or repeated. It names those of the route's own type alone.
fn field(reason: &str) -> Option<Malformed> {
    let missing = named(reason, "missing field `").map(Malformed::Missing);
    missing.or_else(|| named(reason, "duplicate field `").map(Malformed::Repeated))
}

fn named(text: &str, before: &str) -> Option<String> {
    let (name, _) = text.strip_prefix(before)?.split_once('`')?;
    Some(name.to_owned())
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, PartialEq, Eq, Deserialize)]
    struct Login {
        name: String,
        otp: Option<String>,
    }

    #[derive(Debug, PartialEq, Eq, Deserialize)]
    struct Asked {
        peek: Option<bool>,
        wait: Option<u64>,
    }

    fn read(body: &str) -> Result<Login, Malformed> {
        parse_json(Some(BodyKind::Json), body.as_bytes())
    }

    #[test]
    fn a_field_that_is_missing_or_has_another_type_is_named() {
        let missing = Malformed::Missing("name".to_owned());
        assert_eq!(read("{}"), Err(missing));
        let wrong = |name: &str| Err(Malformed::WrongType(name.to_owned()));
        assert_eq!(read(r#"{"name": 7}"#), wrong("name"));
        assert_eq!(read(r#"{"name": "neo", "otp": ["x"]}"#), wrong("otp"));
        let repeated = Malformed::Repeated("name".to_owned());
        assert_eq!(read(r#"{"name": "neo", "name": "neo"}"#), Err(repeated));
    }

    #[test]
    fn a_field_of_a_form_that_is_missing_or_comes_twice_is_named() {
        let read = |body: &str| parse_form::<Login>(Some(BodyKind::Form), body.as_bytes());
        let name = || "name".to_owned();
        assert_eq!(read("otp=x"), Err(Malformed::Missing(name())));
        assert_eq!(read("name=a&name=b"), Err(Malformed::Repeated(name())));
        let json = parse_form::<Login>(Some(BodyKind::Json), b"name=a");
        assert_eq!(json, Err(Malformed::NotForm));
    }

    #[test]
    fn a_field_of_a_query_or_a_form_that_has_another_type_is_named() {
        let wrong = |name: &str| Err(Malformed::WrongType(name.to_owned()));
        for text in ["peek=1", "peek=", "hunter2=1&peek=hunter2"] {
            assert_eq!(parse_query::<Asked>(text), wrong("peek"), "{text}");
        }
        assert_eq!(parse_query::<Asked>("peek=true&wait=-1"), wrong("wait"));
    }

    #[test]
    fn what_is_no_object_or_no_json_is_told_apart() {
        assert_eq!(read("[]"), Err(Malformed::NotObject));
        for body in [r#"{"name": "#, r#"{"name": "neo"} x"#, "{name}"] {
            assert_eq!(read(body), Err(Malformed::InvalidJson), "{body}");
        }
    }

    #[test]
    fn no_error_repeats_what_was_typed() {
        for body in [
            r#"{"name": 4711, "otp": "hunter2"}"#,
            r#"{"name": "hunter2", "otp": 4711}"#,
            r#"{"hunter2": 4711}"#,
            r#"{"name": {"hunter2": 4711}}"#,
            r#"{"name": "hunter2", "name": "4711"}"#,
            r#"{"name": "hunter2" 4711"#,
        ] {
            let told = read(body).expect_err("malformed").to_string();
            assert!(
                !told.contains("hunter2") && !told.contains("4711"),
                "{told}"
            );
        }
    }
}

//! The answers that are asked for most, written field by field: a serde serializer takes four times as long, because it goes
//! through each name and each text character by character.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_TYPE, HeaderValue};
use azuma_domain::Timestamp;
use uuid::Uuid;

/// More than most users take.
const CAPACITY: usize = 512;

/// A JSON object, as `serde_json` writes it.
pub struct JsonObject(Vec<u8>);

impl JsonObject {
    /// An object that begins with this field. Names are plain: nothing in them needs an escape.
    pub fn with(name: &'static str, value: impl JsonValue) -> Self {
        Self(Vec::with_capacity(CAPACITY)).field(b"{\"", name, value)
    }

    /// The object with one more field.
    pub fn and(self, name: &'static str, value: impl JsonValue) -> Self {
        self.field(b",\"", name, value)
    }

    fn field(mut self, before: &[u8; 2], name: &'static str, value: impl JsonValue) -> Self {
        self.0.extend_from_slice(before);
        self.0.extend_from_slice(name.as_bytes());
        self.0.extend_from_slice(b"\":");
        value.write(&mut self.0);
        self
    }

    /// The whole object.
    pub fn into_bytes(mut self) -> Vec<u8> {
        self.0.push(b'}');
        self.0
    }

    /// A response 200 with the object.
    pub fn into_response(self) -> HttpResponse {
        let mut response = HttpResponse::new(StatusCode::OK).set_body(self.into_bytes());
        let json = HeaderValue::from_static("application/json");
        response.headers_mut().insert(CONTENT_TYPE, json);
        response.map_into_boxed_body()
    }
}

/// What a field of a [`JsonObject`] may hold.
pub trait JsonValue {
    /// Appends the value.
    fn write(self, bytes: &mut Vec<u8>);
}

impl JsonValue for &str {
    fn write(self, bytes: &mut Vec<u8>) {
        if is_plain(self) {
            quote(self.as_bytes(), bytes);
        } else {
            // Writing to memory cannot fail.
            let _ = serde_json::to_writer(bytes, self);
        }
    }
}

impl<T: JsonValue> JsonValue for Option<T> {
    fn write(self, bytes: &mut Vec<u8>) {
        match self {
            Some(value) => value.write(bytes),
            None => bytes.extend_from_slice(b"null"),
        }
    }
}

impl JsonValue for bool {
    fn write(self, bytes: &mut Vec<u8>) {
        let text: &[u8] = match self {
            true => b"true",
            false => b"false",
        };
        bytes.extend_from_slice(text);
    }
}

impl JsonValue for Uuid {
    fn write(self, bytes: &mut Vec<u8>) {
        let buffer = &mut Self::encode_buffer();
        let text = self.hyphenated().encode_lower(buffer);
        quote(text.as_bytes(), bytes);
    }
}

impl JsonValue for Timestamp {
    fn write(self, bytes: &mut Vec<u8>) {
        quote(self.text().as_bytes(), bytes);
    }
}

impl JsonValue for JsonObject {
    fn write(self, bytes: &mut Vec<u8>) {
        bytes.extend(self.into_bytes());
    }
}

/// Whether a text needs no escape (RFC 8259 §7). It looks at all of it, so that the compiler compares many bytes at once.
fn is_plain(text: &str) -> bool {
    let escaped = |byte: u8| byte < b' ' || byte == b'"' || byte == b'\\';
    !text.bytes().fold(false, |any, byte| any | escaped(byte))
}

fn quote(plain: &[u8], bytes: &mut Vec<u8>) {
    bytes.push(b'"');
    bytes.extend_from_slice(plain);
    bytes.push(b'"');
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn a_text_is_written_as_serde_json_writes_it() {
        for character in '\0'..='\u{3000}' {
            for before in [0, 1, 15, 16, 31, 40] {
                let text = format!("{}{character}é😀", "a".repeat(before));
                let mut bytes = Vec::new();
                text.as_str().write(&mut bytes);
                assert_eq!(bytes, serde_json::to_vec(&text).unwrap());
            }
        }
    }

    #[test]
    fn each_value_is_read_as_it_was() {
        let id = Uuid::from_u128(0xee8e_77d9_290e_4bb9_84a1_c2b7_efb3_38df);
        let object = JsonObject::with("id", id)
            .and("none", None::<&str>)
            .and("some", Some("\"\\\n"))
            .and("yes", true)
            .and("no", false)
            .and("at", Timestamp::from_micros(1_616_942_380_063_095))
            .and("inner", JsonObject::with("name", "neo"));
        let expected = json!({
            "id": id,
            "none": null,
            "some": "\"\\\n",
            "yes": true,
            "no": false,
            "at": "2021-03-28T14:39:40.063095Z",
            "inner": {"name": "neo"},
        });
        let read: Value = serde_json::from_slice(&object.into_bytes()).unwrap();
        assert_eq!(read, expected);
    }
}

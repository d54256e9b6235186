//! Reading users from files.

use std::io::{self, BufRead, BufReader, Cursor, Read};

use azuma_domain::ports::{
    SourceEntry, SourceId, SourcePlace, SourceProof, SourceUser, UnreadableEntry, UserSource,
};
use uuid::Uuid;

use super::json_lines::JsonLines;
use super::legacy::LegacyExport;

fn read_all(mut source: impl UserSource) -> Vec<SourceEntry> {
    let mut entries = Vec::new();
    loop {
        let page = source.read(2).unwrap();
        if page.is_empty() {
            return entries;
        }
        assert!(page.len() <= 2);
        entries.extend(page);
    }
}

fn json_lines(text: impl AsRef<[u8]> + Send) -> Vec<SourceEntry> {
    // A small buffer, so that lines do not end where buffers do.
    read_all(JsonLines::of(BufReader::with_capacity(
        7,
        Cursor::new(text),
    )))
}

fn one(line: &str) -> Result<SourceUser, UnreadableEntry> {
    let [entry] = json_lines(line).try_into().unwrap();
    entry.user
}

fn complaint(line: &str) -> String {
    one(line).unwrap_err().to_string()
}

const LEAST: &str = r#"{"name": "neo", "password_hash": "x"}"#;

#[test]
fn a_line_has_its_number_whatever_it_ends_with() {
    let text = format!("\u{feff}{LEAST}\n\n{LEAST}\r\n  \n{LEAST}");
    let entries = json_lines(text);
    let places: Vec<_> = entries.iter().map(|entry| entry.place).collect();
    assert_eq!(places, [1, 3, 5].map(SourcePlace::Line));
    assert!(entries.iter().all(|entry| entry.user.is_ok()));
}

#[test]
fn a_line_that_is_too_long_or_no_text_stops_no_other() {
    let mut text = format!("{LEAST}\n").into_bytes();
    text.extend(b"\xff\xfe\n");
    text.extend("x".repeat(65_537).into_bytes());
    text.extend(format!("\n{LEAST}\n").into_bytes());
    let entries = json_lines(text);
    let users: Vec<_> = entries
        .iter()
        .map(|entry| entry.user.as_ref().err())
        .collect();
    let too_long = UnreadableEntry::TooLong(65_536);
    assert_eq!(
        users,
        [None, Some(&UnreadableEntry::NotUtf8), Some(&too_long), None]
    );
}

/// A gigabyte without a line end.
struct Endless {
    left: u64,
    most_held: usize,
}

impl Read for Endless {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        Err(io::Error::other("only by the buffer"))
    }
}

impl BufRead for Endless {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        let most = self.most_held.min(usize::try_from(self.left).unwrap());
        Ok(&[b'x'; 4_096][..most])
    }

    fn consume(&mut self, amount: usize) {
        self.left -= u64::try_from(amount).unwrap();
    }
}

#[test]
fn of_a_line_of_a_gigabyte_no_more_is_kept_than_a_line_may_have() {
    let endless = Endless {
        left: 1 << 30,
        most_held: 4_096,
    };
    let [entry] = read_all(JsonLines::of(endless)).try_into().unwrap();
    assert_eq!(entry.user.unwrap_err(), UnreadableEntry::TooLong(65_536));
}

#[test]
fn a_user_has_what_its_line_says() {
    let line = r#"{"id": "ee8e77d9-290e-4bb9-84a1-c2b7efb338df", "name": "Neo", "email": "neo@example.org",
        "email_verified_at": "2024-05-06T07:08:09+02:00", "password_hash": "hash", "icon": "i", "status": null,
        "created_at": "2021-03-28T14:39:40.063095Z"}"#;
    let user = one(&line.replace('\n', " ")).unwrap();
    let id = Uuid::from_u128(0xee8e_77d9_290e_4bb9_84a1_c2b7_efb3_38df);
    assert_eq!(user.id, SourceId::Uuid(id));
    assert_eq!(
        (user.name.as_str(), user.password_hash.as_str()),
        ("Neo", "hash")
    );
    assert_eq!((user.icon.as_deref(), user.status), (Some("i"), None));
    assert_eq!(
        user.created_at.unwrap().to_string(),
        "2021-03-28T14:39:40.063095Z"
    );
    let SourceProof::ProvedAt(at) = user.email.unwrap().proof else {
        panic!("the address is proved");
    };
    assert_eq!(at.to_string(), "2024-05-06T05:08:09.000000Z");
}

#[test]
fn an_address_is_claimed_unless_the_line_says_that_it_is_proved() {
    let proof = |fields: &str| {
        let line = format!(r#"{{"name": "n", "password_hash": "h", "email": "a@b.c"{fields}}}"#);
        one(&line).unwrap().email.unwrap().proof
    };
    assert_eq!(proof(""), SourceProof::Claimed);
    assert_eq!(proof(r#", "email_verified": false"#), SourceProof::Claimed);
    assert_eq!(proof(r#", "email_verified": true"#), SourceProof::Proved);
}

#[test]
fn an_id_may_be_an_object_id() {
    let line = r#"{"id": {"$oid": "5e626bd89158f3ecad052a8e"}, "name": "n", "password_hash": "h"}"#;
    let id = SourceId::ObjectId("5e626bd89158f3ecad052a8e".to_owned());
    assert_eq!(one(line).unwrap().id, id);
    assert_eq!(one(LEAST).unwrap().id, SourceId::None);
}

#[test]
fn what_is_wrong_is_told_without_what_the_line_holds() {
    for (line, expected) in [
        ("secret", "no JSON object"),
        (r#"{"name": "secret"#, "no JSON object"),
        (
            r#"{"name": "n", "password_hash": "h"} secret"#,
            "no JSON object",
        ),
        (r#"{"name": "secret"}"#, "missing field `password_hash`"),
        (
            r#"{"name": "n", "password_hash": "h", "secret": 1}"#,
            "unknown field",
        ),
        (
            r#"{"name": "n", "name": "n", "password_hash": "secret"}"#,
            "a field twice",
        ),
        (
            r#"{"name": "n", "password_hash": {"secret": 1}}"#,
            "wrong type or value",
        ),
        (r#"["secret"]"#, "wrong type or value"),
        (
            r#"{"id": "secret", "name": "n", "password_hash": "h"}"#,
            "wrong type or value",
        ),
        (
            r#"{"name": "n", "password_hash": "h", "created_at": "secret"}"#,
            "wrong type or value",
        ),
        (
            r#"{"name": "n", "password_hash": "h", "created_at": "1969-12-31T23:59:59Z"}"#,
            "wrong type",
        ),
        (
            r#"{"name": "n", "password_hash": "h", "email_verified": true}"#,
            "has none",
        ),
        (
            r#"{"name": "n", "password_hash": "h", "email": "a@b.c", "email_verified": false, "email_verified_at": "2024-05-06T07:08:09Z"}"#,
            "says when it was",
        ),
    ] {
        let complaint = complaint(line);
        assert!(complaint.contains(expected), "{line}: {complaint}");
        assert!(!complaint.contains("secret"), "{line}: {complaint}");
    }
}

#[test]
fn a_document_of_the_first_azuma_may_have_other_fields() {
    let line = r#"{"_id": {"$oid": "5e626bd89158f3ecad052a8e"}, "name": "user1", "password": "h", "icon": null, "__v": 0}"#;
    let [entry] = read_all(LegacyExport::of(Cursor::new(line)))
        .try_into()
        .unwrap();
    let user = entry.user.unwrap();
    assert_eq!(
        user.id,
        SourceId::ObjectId("5e626bd89158f3ecad052a8e".to_owned())
    );
    assert_eq!((user.password_hash.as_str(), user.icon), ("h", None));
}

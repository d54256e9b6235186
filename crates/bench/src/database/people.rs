//! People by number: everything about a person follows from the number.

use std::fmt::Write;
use std::ops::Range;
use std::time::SystemTime;

use base64::Engine;
use base64::prelude::BASE64_STANDARD_NO_PAD;
use sha2::{Digest, Sha256};
use uuid::{Builder, Uuid};

use super::literals::Dialect;
use crate::Outcome;
use crate::hashes::{Hasher, SALT};

const HOUR: u64 = 3_600;
const DAY: u64 = 24 * HOUR;

/// A user with one session.
#[derive(Clone, Copy, Debug)]
pub struct Person(pub u32);

/// A session's token, as a client sends it.
#[derive(Clone, Copy, Debug)]
pub struct Token([u8; 36]);

impl Person {
    /// The name. All names have the same length, so that all answers have.
    pub fn name(self) -> String {
        format!("user-{:08}", self.0)
    }

    /// The token of the session.
    pub fn token(self) -> Token {
        let mut text = [0; 36];
        self.uuid("token").hyphenated().encode_lower(&mut text);
        Token(text)
    }

    fn uuid(self, purpose: &str) -> Uuid {
        let digest = Sha256::digest(format!("{purpose} {}", self.0));
        let mut bytes = [0; 16];
        bytes
            .iter_mut()
            .zip(&digest)
            .for_each(|(to, from)| *to = *from);
        Builder::from_random_bytes(bytes).into_uuid()
    }
}

impl Token {
    /// The text.
    pub fn as_str(&self) -> &str {
        // The text is ASCII.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    fn hash(&self) -> impl AsRef<[u8]> {
        Sha256::digest(self.0)
    }
}

/// The tokens of these people.
pub fn tokens(people: Range<u32>) -> Vec<Token> {
    people.map(|number| Person(number).token()).collect()
}

/// The statements that insert people and their sessions.
pub struct Inserts {
    dialect: Dialect,
    now: u64,
    password_hash: String,
}

impl Inserts {
    /// Statements in this dialect, with times relative to now.
    pub fn new(dialect: Dialect) -> Outcome<Self> {
        let salt = BASE64_STANDARD_NO_PAD.encode(SALT);
        let hash = BASE64_STANDARD_NO_PAD.encode(Hasher::new()?.hash()?);
        let now = SystemTime::UNIX_EPOCH.elapsed()?.as_secs();
        Ok(Self {
            dialect,
            now,
            password_hash: format!("$argon2id$v=19$m=19456,t=2,p=1${salt}${hash}"),
        })
    }

    /// One statement for each of the three tables. The sessions expire in 13 days; a use now moves that by a day.
    pub fn of(&self, people: &Range<u32>) -> String {
        let people = people.clone().map(Person);
        let mut sql = String::new();
        let users = "users (id, name, name_key, email, email_key, password_hash, created_at)";
        rows(
            &mut sql,
            users,
            people.clone().map(|person| self.user(person)),
        );
        let sessions =
            "sessions (id, user_id, policy, shape, generation, created_at, user_agent, ip)";
        rows(
            &mut sql,
            sessions,
            people.clone().map(|person| self.session(person)),
        );
        let tokens = "session_tokens (hash, session_id, generation, expires_at, last_used_at)";
        rows(&mut sql, tokens, people.map(|person| self.token(person)));
        sql
    }

    fn user(&self, person: Person) -> String {
        let id = self.dialect.id(person.uuid("user").as_bytes());
        let (name, hash) = (person.name(), &self.password_hash);
        let created_at = self.dialect.time(self.now - DAY);
        format!(
            "{id}, '{name}', '{name}', '{name}@example.org', '{name}@example.org', '{hash}', {created_at}"
        )
    }

    fn session(&self, person: Person) -> String {
        let id = self.dialect.id(person.uuid("session").as_bytes());
        let user = self.dialect.id(person.uuid("user").as_bytes());
        let created_at = self.dialect.time(self.now - DAY);
        format!("{id}, {user}, 'sliding', 'uuid', 0, {created_at}, 'azuma-load', '127.0.0.1'")
    }

    fn token(&self, person: Person) -> String {
        let hash = self.dialect.hash(person.token().hash().as_ref());
        let session = self.dialect.id(person.uuid("session").as_bytes());
        let expires_at = self.dialect.time(self.now + 13 * DAY);
        let last_used_at = self.dialect.time(self.now - HOUR);
        format!("{hash}, {session}, 0, {expires_at}, {last_used_at}")
    }
}

fn rows(sql: &mut String, into: &str, rows: impl Iterator<Item = String>) {
    sql.push_str("INSERT INTO ");
    sql.push_str(into);
    for (number, row) in rows.enumerate() {
        let before = if number == 0 { " VALUES" } else { "," };
        // Writing to a string does not fail.
        let _ = write!(sql, "{before} ({row})");
    }
    sql.push_str(";\n");
}

#[cfg(test)]
mod tests {
    use super::{Person, tokens};

    #[test]
    fn a_number_is_a_person_with_a_version_4_token() {
        assert_eq!(Person(42).name(), "user-00000042");
        let token = Person(42).token();
        let text = token.as_str();
        assert_eq!(uuid::Uuid::try_parse(text).unwrap().get_version_num(), 4);
        assert_eq!(tokens(42..43)[0].as_str(), text);
        assert_ne!(Person(43).token().as_str(), text);
    }
}

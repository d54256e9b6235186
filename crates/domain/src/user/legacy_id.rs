//! Ids as the first Azuma's database wrote them.

use sha2::{Digest, Sha256};
use uuid::{Builder, Uuid};

use super::UserId;
use crate::Timestamp;

/// A user's id as the first Azuma's database wrote it: a BSON ObjectId, 12 bytes, of which the first four are the time
/// in Unix seconds.
///
/// The `legacy` API shows a user's id as the seconds of its registration and the last 8 bytes of its id, so a user with
/// this [time](Self::created_at) and this [id](Self::user_id) has the ObjectId that its clients know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LegacyId([u8; 12]);

/// The text is not an ObjectId.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
#[error("an ObjectId has 24 hexadecimal digits")]
pub struct InvalidLegacyId;

impl LegacyId {
    /// Parses 24 hexadecimal digits.
    ///
    /// # Errors
    /// [`InvalidLegacyId`] for any other text.
    pub fn parse(text: &str) -> Result<Self, InvalidLegacyId> {
        if text.len() != 24 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(InvalidLegacyId);
        }
        // A UUID of the same digits, the first four bytes of it zero.
        let padded = Uuid::try_parse(&format!("00000000{text}")).map_err(|_| InvalidLegacyId)?;
        let [_, _, _, _, bytes @ ..] = padded.into_bytes();
        Ok(Self(bytes))
    }

    /// When it was made.
    #[must_use]
    pub fn created_at(self) -> Timestamp {
        let [a, b, c, d, ..] = self.0;
        let seconds = i64::from(u32::from_be_bytes([a, b, c, d]));
        Timestamp::from_micros(seconds * 1_000_000)
    }

    /// The id of its user, always the same: 8 bytes of a digest, then the last 8 bytes of the ObjectId.
    #[must_use]
    pub fn user_id(self) -> UserId {
        let mut digest = Sha256::new();
        digest.update(b"azuma user of ObjectId ");
        digest.update(self.0);
        let mut bytes = [0; 16];
        let unique = self.0.iter().skip(4);
        let filling = digest.finalize().into_iter().take(8);
        for (place, byte) in bytes.iter_mut().zip(filling.chain(unique.copied())) {
            *place = byte;
        }
        UserId::new(Uuid::from_bytes(bytes))
    }
}

impl UserId {
    /// The id of a user that another system gave none: of a digest of these parts, so always the same.
    #[must_use]
    pub fn digested(parts: &[&str]) -> Self {
        let mut digest = Sha256::new();
        digest.update(b"azuma user of ");
        for part in parts {
            // No two lists of parts are digested alike.
            digest.update(part.len().to_be_bytes());
            digest.update(part);
        }
        let mut bytes = [0; 16];
        for (place, byte) in bytes.iter_mut().zip(digest.finalize()) {
            *place = byte;
        }
        Self::new(Builder::from_custom_bytes(bytes).into_uuid())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_id_has_24_digits() {
        for text in [
            "",
            "5e626bd89158f3ecad052a8",
            "5e626bd89158f3ecad052a8g",
            "{e626bd89158f3ecad052a8}",
        ] {
            assert_eq!(LegacyId::parse(text), Err(InvalidLegacyId), "{text}");
        }
        let id = LegacyId::parse("5E626BD89158F3ECAD052A8E").unwrap();
        assert_eq!(id, LegacyId::parse("5e626bd89158f3ecad052a8e").unwrap());
    }

    #[test]
    fn its_user_has_its_time_and_its_last_bytes() {
        let id = LegacyId::parse("5e626bd89158f3ecad052a8e").unwrap();
        assert_eq!(id.created_at().unix_seconds(), 0x5e62_6bd8);
        let (_, unique) = id.user_id().uuid().as_u64_pair();
        assert_eq!(unique, 0x9158_f3ec_ad05_2a8e);
        assert_eq!(id.user_id(), id.user_id());
        let later = LegacyId::parse("5e626bd99158f3ecad052a8e").unwrap();
        assert_ne!(id.user_id(), later.user_id());
    }

    #[test]
    fn other_parts_are_another_user() {
        assert_eq!(UserId::digested(&["a", "b"]), UserId::digested(&["a", "b"]));
        assert_ne!(UserId::digested(&["a", "b"]), UserId::digested(&["ab", ""]));
    }
}

use std::fmt::Write;

use azuma_domain::user::User;
use serde::Serialize;
use utoipa::ToSchema;

use crate::http::json::JsonValue;

/// A user's id as the first Azuma's database wrote it: a BSON ObjectId in extended JSON.
///
/// It is the creation time in Unix seconds (4 bytes), then the last 8 bytes of the user's id, of which 62 bits are
/// random. Both never change, so a user's ObjectId never changes, whichever dialect created the user.
#[derive(Serialize, ToSchema)]
pub struct ObjectId {
    #[serde(rename = "$oid")]
    hex: String,
}

impl From<&User> for ObjectId {
    fn from(user: &User) -> Self {
        let seconds = user.created_at.unix_seconds() & i64::from(u32::MAX);
        let (_, unique) = user.id.uuid().as_u64_pair();
        let mut hex = String::with_capacity(24);
        // Writing to a String cannot fail.
        let _ = write!(hex, "{seconds:08x}{unique:016x}");
        Self { hex }
    }
}

impl JsonValue for ObjectId {
    fn write(self, bytes: &mut Vec<u8>) {
        // Writing to memory cannot fail.
        let _ = serde_json::to_writer(bytes, &self);
    }
}

#[cfg(test)]
mod tests {
    use azuma_domain::Timestamp;
    use azuma_domain::user::{UserId, UserName};
    use uuid::Uuid;

    use super::*;

    #[test]
    fn holds_the_creation_time_and_half_of_the_id() {
        let user = User {
            id: UserId::new(Uuid::from_u128(0xee8e_77d9_290e_4bb9_84a1_c2b7_efb3_38df)),
            name: UserName::parse("user1").unwrap(),
            email: None,
            icon: None,
            status: None,
            created_at: Timestamp::from_micros(0x5e62_6bd8 * 1_000_000),
        };
        assert_eq!(ObjectId::from(&user).hex, "5e626bd884a1c2b7efb338df");
    }
}

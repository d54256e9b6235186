//! Invitations to register.

use std::fmt;

use crate::Timestamp;
use crate::id::id;
use crate::token::TokenHash;

/// How many characters a code has: 80 random bits.
const LENGTH: usize = 16;
/// How many characters stand between two hyphens.
const GROUP: usize = 4;
/// The digits of a code (Crockford's base 32): none looks like another.
const DIGITS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

id! {
    /// Identifies an invitation. It is not its code.
    InviteId
}

/// The code of an invitation, such as `7K2M-Q9XD-4T8B-HW3N`. It has no `Debug` and no `Display`, so nobody prints it by
/// accident.
#[derive(Clone, PartialEq, Eq)]
pub struct InviteCode(String);

/// The text is not the code of any invitation.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("the code of an invitation has 16 letters and digits")]
pub struct MalformedInviteCode;

impl InviteCode {
    /// The code made of these random bits; the upper 48 are not used.
    #[must_use]
    pub fn from_random(bits: u128) -> Self {
        let digits = (0..LENGTH).filter_map(|place| {
            let digit = (bits >> (5 * place)) & 31;
            DIGITS.get(usize::try_from(digit).ok()?).copied()
        });
        Self(grouped(digits.map(char::from)))
    }

    /// Parses a code as people type it: in any case, with or without hyphens and spaces, and with `O` for `0` and `I` or `L`
    /// for `1`.
    ///
    /// # Errors
    /// [`MalformedInviteCode`] if the text is no code.
    pub fn parse(text: &str) -> Result<Self, MalformedInviteCode> {
        let mut digits = [0; LENGTH];
        let mut places = digits.iter_mut();
        for typed in text.bytes().filter(|byte| !b"- ".contains(byte)) {
            let digit = match typed.to_ascii_uppercase() {
                b'O' => b'0',
                b'I' | b'L' => b'1',
                other => other,
            };
            let place = places.next().ok_or(MalformedInviteCode)?;
            *place = match DIGITS.contains(&digit) {
                true => digit,
                false => return Err(MalformedInviteCode),
            };
        }
        match places.next() {
            None => Ok(Self(grouped(digits.into_iter().map(char::from)))),
            Some(_) => Err(MalformedInviteCode),
        }
    }

    /// The code in clear, only for who was invited.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// The hash by which the invitation is found.
    #[must_use]
    pub fn hash(&self) -> TokenHash {
        TokenHash::of(self.0.as_bytes())
    }
}

fn grouped(digits: impl Iterator<Item = char>) -> String {
    let mut text = String::with_capacity(LENGTH + LENGTH / GROUP);
    for (place, digit) in digits.enumerate() {
        if place > 0 && place % GROUP == 0 {
            text.push('-');
        }
        text.push(digit);
    }
    text
}

/// How many accounts an invitation admits at a time: 1 to 4,294,967,295.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InviteUses(std::num::NonZeroU32);

impl InviteUses {
    /// One account.
    pub const ONE: Self = Self(std::num::NonZeroU32::MIN);

    /// So many accounts; `None` if it is 0.
    #[must_use]
    pub fn new(uses: u32) -> Option<Self> {
        std::num::NonZeroU32::new(uses).map(Self)
    }

    /// How many.
    #[must_use]
    pub fn get(self) -> u32 {
        self.0.get()
    }
}

impl fmt::Display for InviteUses {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// An invitation that works until it expires or is revoked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invite {
    /// Its id.
    pub id: InviteId,
    /// How many accounts it admits at a time.
    pub uses: InviteUses,
    /// When it was made.
    pub created_at: Timestamp,
    /// The first moment at which it no longer works.
    pub expires_at: Timestamp,
}

/// An invitation, and how many accounts were registered with it and still exist.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UsedInvite {
    /// The invitation.
    pub invite: Invite,
    /// The accounts, those included that wait for verification.
    pub accounts: u64,
}

impl UsedInvite {
    /// Whether it admits one more account.
    #[must_use]
    pub fn has_room(&self) -> bool {
        self.accounts < u64::from(self.invite.uses.get())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_four_groups_of_four_and_made_of_80_bits() {
        assert_eq!(InviteCode::from_random(0).expose(), "0000-0000-0000-0000");
        let all = InviteCode::from_random((1 << 80) - 1);
        assert_eq!(all.expose(), "ZZZZ-ZZZZ-ZZZZ-ZZZZ");
        let lowest = InviteCode::from_random(1);
        assert_eq!(lowest.expose(), "1000-0000-0000-0000");
        assert_ne!(lowest.hash(), InviteCode::from_random(1 << 79).hash());
    }

    #[test]
    fn a_code_is_read_as_people_type_it() {
        let code = InviteCode::from_random(0x0123_4567_89ab_cdef_0123);
        let typed = [
            code.expose().to_lowercase(),
            code.expose().replace('-', ""),
            code.expose().replace('-', " "),
            code.expose().replace('0', "o").replace('1', "l"),
        ];
        for text in typed {
            assert!(
                InviteCode::parse(&text).is_ok_and(|read| read == code),
                "{text}"
            );
        }
    }

    #[test]
    fn what_is_no_code_is_refused() {
        for text in [
            "",
            "0000-0000-0000-000",
            "0000-0000-0000-00000",
            "0000-0000-0000-000U",
        ] {
            assert!(InviteCode::parse(text).is_err(), "{text}");
        }
    }
}

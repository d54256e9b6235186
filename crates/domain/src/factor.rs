//! The second factor of a login: codes of an authenticator app (TOTP, RFC 6238), and recovery codes.

use std::fmt::Write as _;

use totp_rs::{Builder, Secret, Totp};
use zeroize::Zeroizing;

use crate::Timestamp;
use crate::id::id;
use crate::invite::{InviteCode, MalformedInviteCode};
use crate::token::TokenHash;

/// How many recovery codes a user gets.
pub const RECOVERY_CODES: usize = 10;
/// How many digits a code of an app has.
const DIGITS: usize = 6;

id! {
    /// The random part of what a secret is derived from.
    FactorSalt
}

/// The secret that the server shares with an app: 20 bytes. It is wiped when dropped and cannot be printed.
pub struct FactorSecret(Zeroizing<[u8; 20]>);

impl FactorSecret {
    pub(crate) fn from_bytes(bytes: Zeroizing<[u8; 20]>) -> Self {
        Self(bytes)
    }

    /// The hash that tells by which key the secret was derived.
    #[must_use]
    pub fn hash(&self) -> TokenHash {
        TokenHash::of(&*self.0)
    }

    /// The secret in base 32, as people type it into an app.
    #[must_use]
    pub fn to_base32(&self) -> Zeroizing<String> {
        Zeroizing::new(Secret::new_stack(*self.0).to_base32())
    }

    /// The URL that apps read from a QR code.
    #[must_use]
    pub fn otpauth_url(&self, issuer: &str, account: &str) -> Zeroizing<String> {
        let (issuer, account) = (encoded(issuer), encoded(account));
        let secret = self.to_base32();
        Zeroizing::new(format!(
            "otpauth://totp/{issuer}:{account}?secret={}&issuer={issuer}",
            *secret
        ))
    }

    /// The step of the code, if it is that of `now`, or of the step before or after.
    #[must_use]
    pub fn step_of(&self, code: &str, now: Timestamp) -> Option<TimeStep> {
        let step = self.totp()?.check(code, seconds(now))?;
        i64::try_from(step).ok().map(TimeStep)
    }

    /// The code at a time.
    #[must_use]
    pub fn code_at(&self, time: Timestamp) -> String {
        let totp = self.totp();
        totp.map_or_else(String::new, |totp| totp.generate(seconds(time)).to_string())
    }

    /// Six digits of SHA-1, a step of 30 seconds, and a window of one step either way, as every app has it.
    fn totp(&self) -> Option<Totp> {
        let secret = Secret::new_stack(*self.0);
        Builder::new().with_secret(secret).with_skew(1).build().ok()
    }
}

fn seconds(time: Timestamp) -> u64 {
    u64::try_from(time.unix_seconds()).unwrap_or(0)
}

/// The text for a URL (RFC 3986 §2.1).
fn encoded(text: &str) -> String {
    let mut url = String::new();
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                url.push(char::from(byte));
            }
            other => {
                let _ = write!(url, "%{other:02X}");
            }
        }
    }
    url
}

/// The number of a step of 30 seconds since 1970. A code belongs to a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TimeStep(i64);

impl TimeStep {
    /// The step with this number.
    #[must_use]
    pub fn new(number: i64) -> Self {
        Self(number)
    }

    /// The number.
    #[must_use]
    pub fn number(self) -> i64 {
        self.0
    }
}

/// A second factor as a store keeps it: without its secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Factor {
    /// What its secret is derived from, with the user's id.
    pub salt: FactorSalt,
    /// The hash of its secret.
    pub secret_hash: TokenHash,
    /// The last step whose code was used; `None` while the factor is set up, and not asked for.
    pub last_step: Option<TimeStep>,
}

impl Factor {
    /// A factor that is being set up.
    #[must_use]
    pub fn new(salt: FactorSalt, secret_hash: TokenHash) -> Self {
        Self {
            salt,
            secret_hash,
            last_step: None,
        }
    }

    /// Whether logins need it.
    #[must_use]
    pub fn is_enabled(&self) -> bool {
        self.last_step.is_some()
    }
}

/// A code that stands in for the app once: 80 random bits, in the form of an invitation's code. It has no `Debug` and no
/// `Display`, so nobody prints it by accident.
#[derive(Clone, PartialEq, Eq)]
pub struct RecoveryCode(InviteCode);

impl RecoveryCode {
    /// The code made of these random bits; the upper 48 are not used.
    #[must_use]
    pub fn from_random(bits: u128) -> Self {
        Self(InviteCode::from_random(bits))
    }

    fn parse(text: &str) -> Result<Self, MalformedInviteCode> {
        InviteCode::parse(text).map(Self)
    }

    /// The code in clear, only for its user.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.0.expose()
    }

    /// The hash by which the code is found.
    #[must_use]
    pub fn hash(&self) -> TokenHash {
        self.0.hash()
    }
}

/// What a client gives as its second factor. It cannot be printed.
#[derive(Clone)]
pub enum GivenCode {
    /// Six digits of an app.
    Totp(Zeroizing<String>),
    /// A recovery code.
    Recovery(RecoveryCode),
    /// A text that is neither, and never right.
    Malformed,
}

impl GivenCode {
    /// Reads what people type. Spaces do not matter.
    #[must_use]
    pub fn read(text: &str) -> Self {
        let digits = Zeroizing::new(text.replace(' ', ""));
        if digits.len() == DIGITS && digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Self::Totp(digits);
        }
        RecoveryCode::parse(text).map_or(Self::Malformed, Self::Recovery)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rfc() -> FactorSecret {
        FactorSecret(Zeroizing::new(*b"12345678901234567890"))
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_micros(second * 1_000_000)
    }

    /// RFC 6238, appendix B, the last six digits.
    #[test]
    fn codes_are_those_of_the_rfc() {
        for (second, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
        ] {
            assert_eq!(rfc().code_at(at(second)), code);
            let step = Some(TimeStep(second / 30));
            for near in [second - 30, second, second + 30] {
                assert_eq!(rfc().step_of(code, at(near)), step, "{near}");
            }
            for far in [second + 60, (second - 60).max(0)] {
                assert_eq!(rfc().step_of(code, at(far)).filter(|_| second > 60), None);
            }
        }
    }

    #[test]
    fn the_url_is_what_apps_read() {
        assert_eq!(
            *rfc().otpauth_url("Zion & co", "neo"),
            "otpauth://totp/Zion%20%26%20co:neo?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Zion%20%26%20co"
        );
    }

    #[test]
    fn digits_and_recovery_codes_are_told_apart() {
        assert!(matches!(GivenCode::read("123 456"), GivenCode::Totp(code) if *code == "123456"));
        let code = RecoveryCode::from_random(7);
        assert!(
            matches!(GivenCode::read(code.expose()), GivenCode::Recovery(read) if read == code)
        );
        for nonsense in ["", "12345", "1234567", "١٢٣٤٥٦", "abcdef"] {
            assert!(matches!(GivenCode::read(nonsense), GivenCode::Malformed));
        }
    }
}

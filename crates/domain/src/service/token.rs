use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::token::TokenHash;

/// What every token of a service begins with, so that scanners for leaked secrets find it.
const PREFIX: &str = "azs_";
/// The length of 32 bytes in base64.
const LENGTH: usize = 43;

/// The token of a service: `azs_` and 32 random bytes in base64 for URLs. It has no `Debug` and no `Display`, so nobody prints
/// it by accident.
#[derive(Clone, PartialEq, Eq)]
pub struct ServiceToken(String);

/// The text does not have the form of the token of a service.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("the token of a service is `azs_` and 43 characters of base64url")]
pub struct MalformedServiceToken;

impl ServiceToken {
    /// The token made of these random bits.
    #[must_use]
    pub fn from_random(bits: [u128; 2]) -> Self {
        let bytes = bits.map(u128::to_be_bytes).concat();
        Self(format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(bytes)))
    }

    /// Parses a token.
    ///
    /// # Errors
    /// [`MalformedServiceToken`] if the text has another form.
    pub fn parse(text: &str) -> Result<Self, MalformedServiceToken> {
        let digits = text.strip_prefix(PREFIX).ok_or(MalformedServiceToken)?;
        let is_digit = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
        match digits.len() == LENGTH && digits.bytes().all(is_digit) {
            true => Ok(Self(text.to_owned())),
            false => Err(MalformedServiceToken),
        }
    }

    /// The token in clear, only for the service.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// The hash by which the service is found.
    #[must_use]
    pub fn hash(&self) -> TokenHash {
        TokenHash::of(self.0.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_32_bytes_after_its_prefix_and_is_read_back() {
        let token = ServiceToken::from_random([0, 1]);
        assert_eq!(token.expose(), format!("azs_{}AAE", "A".repeat(40)));
        for bits in [[0, 0], [u128::MAX, u128::MAX], [1 << 127, 7]] {
            let token = ServiceToken::from_random(bits);
            assert!(ServiceToken::parse(token.expose()).is_ok_and(|read| read == token));
        }
    }

    #[test]
    fn what_is_no_token_of_a_service_is_refused() {
        for text in [
            "",
            "azs_",
            "318cd399-f47f-478f-8d09-c9c414c3750d",
            &"A".repeat(47),
            &format!("azs_{}", "A".repeat(42)),
            &format!("azs_{}", "A".repeat(44)),
            &format!("AZS_{}", "A".repeat(43)),
            &format!("azs_{}+", "A".repeat(42)),
            &format!("azs_{}é", "A".repeat(41)),
        ] {
            assert!(ServiceToken::parse(text).is_err(), "{text}");
        }
    }
}

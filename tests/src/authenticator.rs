//! An authenticator app (RFC 6238).

use std::time::{SystemTime, UNIX_EPOCH};

/// The code that an app shows for this secret in base 32, so many steps of 30 seconds from now.
pub fn code(secret: &str, steps: u64) -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let now = now.expect("a time").as_secs() + 30 * steps;
    let secret = totp_rs::Secret::try_from_base32(secret).expect("base 32");
    let app = totp_rs::Builder::new().with_secret(secret).build();
    app.expect("20 bytes").generate(now).to_string()
}

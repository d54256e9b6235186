//! A QR code, drawn by us: no other server learns what is in it.

use std::fmt::Write as _;

use qrcodegen::{QrCode, QrCodeEcc};

/// The light border that readers need, in modules (ISO/IEC 18004, "quiet zone").
const BORDER: i32 = 4;

/// The picture, as an SVG has it.
pub struct QrPicture {
    /// Its width and height, in modules.
    pub size: i32,
    /// The dark modules, as the data of a `path`.
    pub dark: String,
}

impl QrPicture {
    /// The picture of a text; `None` if the text is too long for one.
    pub fn of(text: &str) -> Option<Self> {
        let code = QrCode::encode_text(text, QrCodeEcc::Medium).ok()?;
        let mut dark = String::new();
        for y in 0..code.size() {
            for x in (0..code.size()).filter(|x| code.get_module(*x, y)) {
                // Writing to a String cannot fail.
                let _ = write!(dark, "M{} {}h1v1h-1z", x + BORDER, y + BORDER);
            }
        }
        Some(Self {
            size: code.size() + 2 * BORDER,
            dark,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_drawn_with_a_border_of_four_modules() {
        let picture = QrPicture::of("otpauth://totp/Zion:neo").unwrap();
        assert_eq!(picture.size, 25 + 8);
        assert!(picture.dark.starts_with("M4 4h1v1h-1z"));
        assert!(!picture.dark.contains("M3 "));
    }

    #[test]
    fn a_text_that_is_too_long_is_not_drawn() {
        assert!(QrPicture::of(&"x".repeat(3_000)).is_none());
    }
}

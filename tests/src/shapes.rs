//! What ids and tokens look like.

/// Whether a text is a UUID as it is written everywhere: lower-case, with hyphens.
pub fn is_uuid(text: &str) -> bool {
    let lengths: Vec<_> = text.split('-').map(str::len).collect();
    lengths == [8, 4, 4, 4, 12] && text.chars().all(|c| c == '-' || is_lower_hex(c))
}

/// Whether a text is a token of the legacy dialect.
pub fn is_legacy_token(text: &str) -> bool {
    text.len() == 64 && text.chars().all(|c| c.is_ascii_alphanumeric())
}

/// Whether a text is an ObjectId.
pub fn is_object_id(text: &str) -> bool {
    text.len() == 24 && text.chars().all(is_lower_hex)
}

/// Whether a text is the id of a request.
pub fn is_request_id(text: &str) -> bool {
    text.len() == 16 && text.chars().all(is_lower_hex)
}

fn is_lower_hex(c: char) -> bool {
    matches!(c, '0'..='9' | 'a'..='f')
}

#[cfg(test)]
mod tests {
    use super::{is_legacy_token, is_object_id, is_uuid};

    #[test]
    fn the_examples_of_the_seeds_have_their_shapes() {
        assert!(is_uuid("318cd399-f47f-478f-8d09-c9c414c3750d"));
        assert!(!is_uuid("318CD399-f47f-478f-8d09-c9c414c3750d"));
        assert!(!is_uuid("318cd399f47f478f8d09c9c414c3750d"));
        assert!(is_object_id("5e626bd89158f3ecad052a8e"));
        assert!(is_legacy_token(
            "vmcG6sPriniFUvFcyIKNI1kjyW4NIErHrByovYbZ7HQWMBCh0Y19tgge43dmISgb"
        ));
    }
}

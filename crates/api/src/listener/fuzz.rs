//! The opening of a connection, on any bytes. See `crates/domain/src/fuzz.rs`.

use bolero::check;

use super::opening::{Rest, complete};

/// What is handed on of a connection whose first bytes arrive in two parts.
fn opened(first: &[u8], second: &[u8]) -> (Option<Rest>, Vec<u8>) {
    let mut bytes = first.to_vec();
    let mut rest = complete(&mut bytes);
    if rest.is_none() {
        bytes.extend_from_slice(second);
        rest = complete(&mut bytes);
    } else if rest == Some(Rest::Sent) {
        bytes.extend_from_slice(second);
    }
    (rest, bytes)
}

#[test]
fn an_opening_is_handed_on_unchanged_but_for_one_length() {
    check!()
        .with_iterations(20_000)
        .with_max_len(20_000)
        .for_each(|bytes: &[u8]| {
            let (rest, handed_on) = opened(bytes, &[]);
            match rest {
                Some(Rest::Sent) | None => assert_eq!(handed_on, bytes),
                Some(Rest::Nothing) => {
                    let text = String::from_utf8_lossy(&handed_on).into_owned();
                    assert_eq!(text.matches("Content-Length: 0\r\n").count(), 1);
                    let without = text.replacen("Content-Length: 0\r\n", "", 1);
                    assert!(String::from_utf8_lossy(bytes).starts_with(&without));
                }
            }
        });
}

#[test]
fn an_opening_is_the_same_however_it_is_cut() {
    check!()
        .with_iterations(20_000)
        .with_max_len(2_000)
        .for_each(|bytes: &[u8]| {
            let (first, second) = bytes.split_at(bytes.len() / 2);
            assert_eq!(opened(bytes, &[]), opened(first, second));
        });
}

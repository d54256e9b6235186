use std::collections::HashMap;

use proptest::prelude::*;

use super::*;
use crate::link::LinkId;
use crate::session::SessionId;

/// The examples of seeds 000 and 002 in `docs/api/seeds/`.
const SEED_UUID: &str = "318cd399-f47f-478f-8d09-c9c414c3750d";
const SEED_ALPHANUMERIC: &str = "vmcG6sPriniFUvFcyIKNI1kjyW4NIErHrByovYbZ7HQWMBCh0Y19tgge43dmISgb";

fn token(text: &str) -> Token {
    Token::parse(text).unwrap_or_else(|error| panic!("{text:?}: {error}"))
}

fn hex(hash: TokenHash) -> String {
    let digits = hash.as_bytes().iter().map(|byte| format!("{byte:02x}"));
    digits.collect()
}

fn uuid(text: &str) -> Uuid {
    Uuid::parse_str(text).unwrap()
}

/// The key of the 32 bytes from `first` on.
fn key(first: u8) -> SecretKey {
    SecretKey::from_bytes(std::array::from_fn(|i| first + u8::try_from(i).unwrap()))
}

fn keys(current: u8, previous: &[u8]) -> TokenKeys {
    TokenKeys::new(
        key(current),
        previous.iter().map(|first| key(*first)).collect(),
    )
}

fn session_id() -> SessionId {
    SessionId::new(uuid("ee8e77d9-290e-4bb9-84a1-c2b7efb338df"))
}

fn uuid_of(keys: &TokenKeys, generation: u32) -> String {
    let generation = Generation::new(generation);
    let token = keys.session_token(session_id(), generation, TokenShape::Uuid);
    token.expose().to_owned()
}

fn alphanumeric_of(keys: &TokenKeys, generation: u32) -> String {
    let generation = Generation::new(generation);
    let token = keys.session_token(session_id(), generation, TokenShape::Alphanumeric64);
    token.expose().to_owned()
}

#[test]
fn both_shapes_are_tokens() {
    assert_eq!(token(SEED_UUID).expose(), SEED_UUID);
    assert_eq!(token(SEED_ALPHANUMERIC).expose(), SEED_ALPHANUMERIC);
}

#[test]
fn a_uuid_is_the_same_token_in_any_case() {
    let upper = token(&SEED_UUID.to_uppercase());
    assert_eq!(upper.expose(), SEED_UUID);
    assert_eq!(upper.hash(), token(SEED_UUID).hash());
}

#[test]
fn an_alphanumeric_token_in_another_case_is_another_one() {
    let upper = token(&SEED_ALPHANUMERIC.to_uppercase());
    assert_ne!(upper.hash(), token(SEED_ALPHANUMERIC).hash());
}

#[test]
fn the_hash_is_sha_256_of_the_text() {
    assert_eq!(
        hex(token(SEED_UUID).hash()),
        "f23a0885744743bd7307b6db94185e075bf02898ce63af7f62b16dae18c0e11c"
    );
    assert_eq!(
        hex(token(SEED_ALPHANUMERIC).hash()),
        "dacf31c60765cf94a44bb403789b76fc67f4e451316c5aae2d0ce1e14eb7d3c9"
    );
}

#[test]
fn other_ways_to_write_a_uuid_are_no_tokens() {
    let simple = SEED_UUID.replace('-', "");
    for text in [
        simple.clone(),
        format!("{{{SEED_UUID}}}"),
        format!("urn:uuid:{SEED_UUID}"),
        format!("{{{simple}}}"),
        format!(" {SEED_UUID}"),
        format!("{SEED_UUID}\n"),
        // Texts of 36 characters, each with another mistake.
        "318cd399f-47f-478f-8d09-c9c414c3750d".to_owned(),
        "318cd399-f47f-478f-8d09-c9c414c3750g".to_owned(),
        "318cd399_f47f_478f_8d09_c9c414c3750d".to_owned(),
        format!("{{{simple}}}--"),
        "é".repeat(18),
        "a".repeat(36),
    ] {
        assert!(Token::parse(&text).is_err(), "{text:?}");
    }
}

#[test]
fn what_is_not_64_letters_and_digits_is_no_token() {
    for text in [
        String::new(),
        "a".repeat(63),
        "a".repeat(65),
        format!("{}-", "a".repeat(63)),
        format!("{} ", "a".repeat(63)),
        format!("{}\0", "a".repeat(63)),
        "é".repeat(32),
        "é".repeat(64),
        "１".repeat(64),
    ] {
        assert!(Token::parse(&text).is_err(), "{text:?}");
    }
}

#[test]
fn a_hash_is_not_printed() {
    let printed = format!("{:?}", token(SEED_UUID).hash());
    assert_eq!(printed, "TokenHash(..)");
}

#[test]
fn a_hash_comes_back_from_its_bytes() {
    let hash = token(SEED_UUID).hash();
    assert_eq!(TokenHash::from_bytes(*hash.as_bytes()), hash);
}

#[test]
fn generations_count_up_and_stop_at_the_last() {
    assert_eq!(Generation::FIRST.next(), Generation::new(1));
    assert_eq!(Generation::new(u32::MAX).next(), Generation::new(u32::MAX));
}

/// Computed by another implementation of HMAC-SHA-256 over the same bytes. Changing how tokens are derived logs nobody
/// out, but lists can no longer show existing tokens.
#[test]
fn derived_tokens_never_change() {
    let keys = keys(0, &[]);
    assert_eq!(uuid_of(&keys, 0), "96572ba1-03e1-489c-bb44-0deb47abf9e2");
    assert_eq!(uuid_of(&keys, 1), "c482bb91-71fd-4af8-abd0-7f98b819be76");
    assert_eq!(
        alphanumeric_of(&keys, 0),
        "aZrlDnsgGNxJvoJ3Ew1f05RLadSMYC9dyZWMVOKUXOAYfozP7BveU0UFw6ePUurj"
    );
    assert_eq!(
        alphanumeric_of(&keys, 1),
        "KGBVzsrWDc8ZE46fdVmsCk994MSnaulLqH1kxrc4Yx5ZQWCTsOcBmZroADrqGcFz"
    );
    let link = keys.link_token(LinkId::new(session_id().uuid()));
    assert_eq!(link.expose(), "49cc27fd-361b-440b-9bf9-29fc398cc1a8");
}

#[test]
fn a_token_differs_by_session_generation_key_and_kind() {
    let one = uuid_of(&keys(0, &[]), 0);
    let other_session = keys(0, &[]).session_token(
        SessionId::new(uuid(SEED_UUID)),
        Generation::FIRST,
        TokenShape::Uuid,
    );
    let link = keys(0, &[]).link_token(LinkId::new(session_id().uuid()));
    let mut all = vec![
        one,
        uuid_of(&keys(0, &[]), 1),
        uuid_of(&keys(1, &[]), 0),
        other_session.expose().to_owned(),
        link.expose().to_owned(),
    ];
    all.sort();
    all.dedup();
    assert_eq!(all.len(), 5);
}

#[test]
fn previous_keys_make_no_new_tokens() {
    assert_eq!(uuid_of(&keys(0, &[1, 2]), 0), uuid_of(&keys(0, &[]), 0));
}

#[test]
fn a_token_is_made_again_whichever_key_made_it() {
    for shape in [TokenShape::Uuid, TokenShape::Alphanumeric64] {
        for maker in [0, 1, 2] {
            let made = keys(maker, &[]).session_token(session_id(), Generation::FIRST, shape);
            let again = keys(0, &[1, 2]).recover_session_token(
                session_id(),
                Generation::FIRST,
                shape,
                &made.hash(),
            );
            assert_eq!(again.unwrap().expose(), made.expose());
        }
    }
}

#[test]
fn a_link_is_made_again_whichever_key_made_it() {
    let id = LinkId::new(uuid(SEED_UUID));
    for maker in [0, 1, 2] {
        let made = keys(maker, &[]).link_token(id);
        let again = keys(0, &[1, 2]).recover_link_token(id, &made.hash());
        assert_eq!(again.unwrap().expose(), made.expose());
    }
}

#[test]
fn a_token_whose_key_is_gone_is_not_made_again() {
    let made = keys(3, &[]).session_token(session_id(), Generation::FIRST, TokenShape::Uuid);
    let recover = |keys: TokenKeys, generation| {
        let generation = Generation::new(generation);
        keys.recover_session_token(session_id(), generation, TokenShape::Uuid, &made.hash())
    };
    assert!(recover(keys(0, &[1, 2]), 0).is_none());
    // The hash of another row matches no key either.
    assert!(recover(keys(3, &[]), 1).is_none());
}

#[test]
fn a_link_whose_key_is_gone_is_not_made_again() {
    let id = LinkId::new(uuid(SEED_UUID));
    let made = keys(3, &[]).link_token(id);
    assert!(
        keys(0, &[1, 2])
            .recover_link_token(id, &made.hash())
            .is_none()
    );
}

#[test]
fn alphanumeric_tokens_use_every_letter_about_as_often() {
    let mut counts: HashMap<char, u32> = HashMap::new();
    for generation in 0..2_000 {
        for letter in alphanumeric_of(&keys(0, &[]), generation).chars() {
            *counts.entry(letter).or_default() += 1;
        }
    }
    assert_eq!(counts.len(), 62);
    let expected = 2_000.0 * 64.0 / 62.0;
    let deviation = |count: &u32| (f64::from(*count) - expected).powi(2) / expected;
    let chi_squared: f64 = counts.values().map(deviation).sum();
    // With 61 degrees of freedom, one fair sample in a million exceeds this.
    assert!(chi_squared < 124.0, "chi squared is {chi_squared}");
}

proptest! {
    #[test]
    fn a_derived_uuid_is_of_version_4_and_parses(id: u128, generation: u32) {
        let id = SessionId::new(Uuid::from_u128(id));
        let made = keys(0, &[]).session_token(id, Generation::new(generation), TokenShape::Uuid);
        let uuid = uuid(made.expose());
        prop_assert_eq!(uuid.get_version_num(), 4);
        prop_assert_eq!(uuid.get_variant(), uuid::Variant::RFC4122);
        prop_assert_eq!(token(made.expose()).hash(), made.hash());
    }

    #[test]
    fn a_derived_alphanumeric_token_parses(id: u128, generation: u32) {
        let id = SessionId::new(Uuid::from_u128(id));
        let shape = TokenShape::Alphanumeric64;
        let made = keys(0, &[]).session_token(id, Generation::new(generation), shape);
        prop_assert_eq!(made.expose().len(), 64);
        prop_assert_eq!(token(made.expose()).hash(), made.hash());
    }

    #[test]
    fn what_is_read_as_a_token_is_read_so_again(text in "\\PC{36}|[a-fA-F0-9-]{36}|[A-Za-z0-9]{63,65}|\\PC*") {
        if let Ok(read) = Token::parse(&text) {
            prop_assert!(matches!(read.expose().len(), 36 | 64));
            prop_assert!(text.eq_ignore_ascii_case(read.expose()));
            prop_assert_eq!(token(read.expose()).hash(), read.hash());
        }
    }
}

#[test]
fn a_secret_key_is_32_bytes_of_base64() {
    let trace = |key: SecretKey| {
        let keys = TokenKeys::new(key, Vec::new());
        keys.link_token(LinkId::new(Uuid::nil()))
            .expose()
            .to_owned()
    };
    let text = "AwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwM=";
    let expected = trace(SecretKey::from_bytes([3; 32]));
    let unpadded = format!(" {}\n", text.trim_end_matches('='));
    for readable in [text, &unpadded] {
        assert_eq!(SecretKey::parse(readable).map(trace), Ok(expected.clone()));
    }
    let (short, long) = (&text[4..], format!("AwMD{text}"));
    for wrong in ["", "secret", short, &long] {
        assert!(SecretKey::parse(wrong).is_err(), "{wrong}");
    }
}

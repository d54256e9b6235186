//! The form of hashes, and which hashes can be verified.

use super::*;

/// From the reference implementation's `test.c`.
const ARGON2ID: &str =
    "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";
const ARGON2I: &str =
    "$argon2i$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$wWKIMhR9lyDFvRz9YTZweHKfbftvj+qf+YFY4NeBbtA";
const ARGON2I_BEFORE_VERSIONS: &str =
    "$argon2i$m=65536,t=2,p=1$c29tZXNhbHQ$9sTbSlTio3Biev89thdrlKKiCaYsjjYVJxGAL3swxpQ";

#[test]
fn are_those_of_the_reference_implementation() {
    let scheme = Scheme::new(65_536, 2, 1).unwrap();
    let mut memory = scheme.reserve_memory().unwrap();
    // Twice, because the second one uses the same memory.
    for _ in 0..2 {
        let made = scheme.hash_with_salt(b"password", b"somesalt", &mut memory);
        assert_eq!(made.unwrap(), ARGON2ID);
    }
}

#[tokio::test]
async fn of_any_argon2_are_verified() {
    let hasher = start(SMALL);
    for known in [ARGON2ID, ARGON2I, ARGON2I_BEFORE_VERSIONS] {
        let verdict = hasher.verify(None, given("password"), phc(known)).await;
        assert_eq!(verdict.unwrap(), Verdict::NeedsRehash, "{known}");
        let verdict = hasher.verify(None, given("passwords"), phc(known)).await;
        assert_eq!(verdict.unwrap(), Verdict::Wrong, "{known}");
    }
}

#[tokio::test]
async fn made_here_are_right_until_the_parameters_change() {
    let hasher = start(SMALL);
    let made = hasher.hash(None, password("käse")).await.unwrap();
    assert!(made.as_phc().starts_with("$argon2id$v=19$m=8,t=1,p=1$"));
    let again = hasher.hash(None, password("käse")).await.unwrap();
    assert_ne!(made, again, "each has a salt of its own");

    let verify = |hasher: Argon2Hasher, text: &'static str| {
        let made = made.clone();
        async move { hasher.verify(None, given(text), made).await.unwrap() }
    };
    assert_eq!(verify(start(SMALL), "käse").await, Verdict::Right);
    assert_eq!(verify(start(SMALL), "Käse").await, Verdict::Wrong);
    let others = [
        Argon2Settings {
            memory_kib: 64,
            ..SMALL
        },
        Argon2Settings {
            iterations: 2,
            ..SMALL
        },
        Argon2Settings {
            memory_kib: 16,
            parallelism: 2,
            ..SMALL
        },
    ];
    for settings in others {
        let verdict = verify(start(settings), "käse").await;
        assert_eq!(verdict, Verdict::NeedsRehash, "{settings:?}");
    }
}

#[tokio::test]
async fn that_cannot_be_read_are_of_no_password() {
    let hasher = start(SMALL);
    let unusable = [
        "",
        "!",
        "plain",
        "$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHQ",
        "$2b$12$abcdefghijklmnopqrstuuABCDEFGHIJKLMNOPQRSTUVWXYZ01234",
        "$scrypt$ln=15,r=8,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
        // 2 GiB of memory; 4 G of iterations.
        "$argon2id$v=19$m=2097152,t=1,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
        "$argon2id$v=19$m=65536,t=4294967295,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
    ];
    for text in unusable {
        let verdict = hasher.verify(None, given("x"), phc(text)).await.unwrap();
        assert_eq!(verdict, Verdict::Unreadable, "{text}");
    }
}

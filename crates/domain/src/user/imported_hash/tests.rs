//! Which hashes are taken. That a password is right for them is tested where they are computed.

use super::*;

const SALT: &str = "c29tZXNhbHRzb21lc2FsdA";
const OUTPUT: &str = "CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";
/// 4,096 rounds, a salt and an output by the crate `pbkdf2` 0.3.
const RPBKDF2: &str =
    "$rpbkdf2$0$AAAQAA==$WyjNpdLnimNHgxbMf+avhA==$TTtq7AkEdd6zqONCv45BR7j2rIdhnlSe5AKtQfMnBM4=$";
const BCRYPT_DIGITS: &str = "DCq7YPn5Rq63x1Lad4cll.TV4S6ytwfsfvkgY8jIucDrjc8deX1s.";

fn refusal(text: &str) -> Option<InvalidImportedHash> {
    ImportedHash::parse(text).err()
}

fn salted(costs: &str) -> String {
    format!("{costs}${SALT}${OUTPUT}")
}

#[test]
fn a_hash_keeps_its_text() {
    let text = salted("$argon2id$v=19$m=65536,t=2,p=1");
    let hash = ImportedHash::parse(&text).unwrap();
    assert_eq!(hash.as_str(), text);
    assert_eq!(format!("{hash:?}"), "ImportedHash(..)");
}

#[test]
fn the_largest_costs_are_taken_and_larger_ones_refused() {
    let rpbkdf2 = |rounds: &str| RPBKDF2.replace("AAAQAA==", rounds);
    let bcrypt = |cost: &str| format!("$2b${cost}${BCRYPT_DIGITS}");
    for (most, more) in [
        (
            salted("$argon2id$v=19$m=1048576,t=4,p=1"),
            salted("$argon2id$v=19$m=1048577,t=1,p=1"),
        ),
        (
            salted("$argon2id$v=19$m=1048576,t=4,p=1"),
            salted("$argon2id$v=19$m=1048576,t=5,p=1"),
        ),
        (
            salted("$argon2id$v=19$m=1048576,t=1,p=64"),
            salted("$argon2id$v=19$m=1048576,t=1,p=65"),
        ),
        (
            salted("$argon2i$m=65536,t=2,p=1"),
            salted("$argon2d$v=19$m=64,t=4294967295,p=1"),
        ),
        (
            salted("$argon2d$v=16$m=64,t=2,p=1"),
            salted("$argon2id$v=19$m=99999999999,t=1,p=1"),
        ),
        (bcrypt("15"), bcrypt("16")),
        (bcrypt("04"), bcrypt("31")),
        (
            salted("$scrypt$ln=18,r=8,p=4"),
            salted("$scrypt$ln=19,r=8,p=1"),
        ),
        (
            salted("$scrypt$ln=14,r=8,p=1"),
            salted("$scrypt$ln=18,r=8,p=5"),
        ),
        (
            salted("$scrypt$ln=1,r=1024,p=1024"),
            salted("$scrypt$ln=63,r=1,p=1"),
        ),
        (
            salted("$scrypt$ln=1,r=1,p=1"),
            salted("$scrypt$ln=1,r=4294967295,p=4294967295"),
        ),
        (
            salted("$pbkdf2-sha256$i=5000000,l=32"),
            salted("$pbkdf2-sha256$i=5000001,l=32"),
        ),
        (
            salted("$pbkdf2-sha512$5000000"),
            salted("$pbkdf2-sha512$1000000000"),
        ),
        // Two blocks of SHA-1.
        (salted("$pbkdf2$2500000"), salted("$pbkdf2$2500001")),
        (
            salted("pbkdf2_sha256$5000000"),
            salted("pbkdf2_sha256$5000001"),
        ),
        (rpbkdf2("AExLQA=="), rpbkdf2("/////w==")),
    ] {
        assert_eq!(refusal(&most), None, "{most}");
        assert_eq!(
            refusal(&more),
            Some(InvalidImportedHash::TooCostly),
            "{more}"
        );
    }
}

#[test]
fn what_has_no_known_form_is_refused() {
    let long = salted(&format!(
        "$argon2id$v=19$m=65536,t=2,p={}1",
        "0".repeat(500)
    ));
    for text in [
        "",
        "!",
        "secret",
        "5f4dcc3b5aa765d61d8327deb882cf99",
        "$1$abcdefgh$0123456789012345678901",
        "$2x$12$DCq7YPn5Rq63x1Lad4cll.TV4S6ytwfsfvkgY8jIucDrjc8deX1s.",
        "$2b$03$DCq7YPn5Rq63x1Lad4cll.TV4S6ytwfsfvkgY8jIucDrjc8deX1s.",
        "$2b$+5$DCq7YPn5Rq63x1Lad4cll.TV4S6ytwfsfvkgY8jIucDrjc8deX1s.",
        &salted("$argon2id$v=19$m=65536,t=0,p=1"),
        &salted("$argon2id$v=19$m=15,t=1,p=2"),
        &salted("$argon2id$v=18$m=64,t=1,p=1"),
        &salted("$argon2id$v=19$t=1,m=64,p=1"),
        &salted("$argon2id$v=19$m=-64,t=1,p=1"),
        &salted("$scrypt$ln=0,r=8,p=1"),
        &salted("$scrypt$ln=14,r=8"),
        &salted("$pbkdf2-sha256$i=0,l=32"),
        &salted("$pbkdf2_sha256$1000"),
        &salted("pbkdf2-sha256$1000"),
        &RPBKDF2.replace("$0$", "$1$"),
        &long,
        &format!("{} ", salted("$argon2id$v=19$m=64,t=1,p=1")),
        "$argon2id$v=19$m=64,t=1,p=1$c29t!XNhbHRzb21lc2FsdA$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
    ] {
        assert_eq!(refusal(text), Some(InvalidImportedHash::Form), "{text}");
    }
}

#[test]
fn what_is_cut_off_or_too_short_is_refused() {
    let whole = salted("$argon2id$v=19$m=64,t=1,p=1");
    for text in [
        "$argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHRzb21lc2FsdA",
        "$argon2id$v=19",
        "$argon2id$v=19$m=64,t=1,p=1$c29tZQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
        // An output of 12 bytes, a salt of none.
        "$argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHRzb21lc2FsdA$CTFhFdXPJO1aFaMa",
        "$scrypt$ln=14,r=8,p=1$$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
        "$pbkdf2-sha256$i=1000,l=20$c29tZXNhbHRzb21lc2FsdA$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
        "$2b$12$DCq7YPn5Rq63x1Lad4cll.TV4S6ytwfsfvkgY8jIucDrjc8d",
        "$2b$12$short",
        &format!("{whole}$more"),
    ] {
        assert_eq!(refusal(text), Some(InvalidImportedHash::Length), "{text}");
    }
}

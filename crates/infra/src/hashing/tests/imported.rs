//! Hashes of other systems. `tests/tests/blackbox/import/make.py` says who made those in `imported.jsonl`.

use serde::Deserialize;

use super::*;

const VECTORS: &str = include_str!("imported.jsonl");

#[derive(Deserialize)]
struct Vector {
    by: String,
    password: String,
    hash: String,
}

fn vectors() -> Vec<Vector> {
    let lines = VECTORS.lines();
    lines
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn imported(text: &str) -> PasswordHash {
    PasswordHash::imported(&ImportedHash::parse(text).unwrap())
}

async fn verdict(hash: &PasswordHash, typed: &str) -> Verdict {
    let hasher = start(SMALL);
    let verdict = hasher.verify(None, given(typed), hash.clone()).await;
    verdict.unwrap()
}

#[tokio::test]
async fn are_right_for_the_password_as_typed_and_for_no_other() {
    let vectors = vectors();
    assert_eq!(vectors.len(), 61);
    for Vector { by, password, hash } in vectors {
        let hash = imported(&hash);
        assert_eq!(
            verdict(&hash, &password).await,
            Verdict::NeedsRehash,
            "{by}: {password:?}"
        );
        for wrong in ["Correct horse", "x", &format!(" {password}")] {
            assert_eq!(
                verdict(&hash, wrong).await,
                Verdict::Wrong,
                "{by}: {wrong:?}"
            );
        }
    }
}

#[tokio::test]
async fn are_not_right_for_what_the_password_is_prepared_to() {
    for Vector { by, hash, .. } in vectors()
        .into_iter()
        .filter(|vector| vector.password == "ka\u{308}se")
    {
        assert_eq!(
            verdict(&imported(&hash), "k\u{e4}se").await,
            Verdict::Wrong,
            "{by}"
        );
    }
}

#[tokio::test]
async fn of_bcrypt_are_of_72_bytes_without_a_nul() {
    let vectors = vectors();
    let long = vectors
        .iter()
        .find(|vector| vector.by == "bcrypt of 72 bytes");
    let hash = imported(&long.unwrap().hash);
    let (most, more) = ("x".repeat(72), "x".repeat(73));
    assert_eq!(verdict(&hash, &more).await, Verdict::NeedsRehash);
    assert_eq!(verdict(&hash, &most[1..]).await, Verdict::Wrong);
    let short = vectors.iter().find(|vector| vector.by == "bcrypt 2b");
    let hash = imported(&short.unwrap().hash);
    assert_eq!(verdict(&hash, "correct horse\0").await, Verdict::Wrong);
}

#[tokio::test]
async fn that_cannot_be_read_are_of_no_password() {
    let broken = PasswordHash::from_phc("imported:$2b$04$short".to_owned());
    assert_eq!(verdict(&broken, "x").await, Verdict::Unreadable);
}

#[tokio::test]
async fn of_this_server_are_of_no_password_that_cannot_be_prepared() {
    let hasher = start(SMALL);
    let made = hasher.hash(None, password("tab here")).await.unwrap();
    assert_eq!(verdict(&made, "tab\there").await, Verdict::Wrong);
}

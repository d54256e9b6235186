//! The list of common passwords, as a table of their hashes. `crates/infra/data/README.md` says where the list is from.
//!
//! Each password is folded and hashed (SHA-256), and 40 bits of the hash are kept: the first 16 are the number of a bucket,
//! the other 24 stand in it. The table begins with the number of hashes in each bucket, a byte each; then come the hashes, bucket by
//! bucket, three bytes each, in order.

use std::collections::BTreeSet;

use azuma_domain::ports::CommonPasswords;
use azuma_domain::user::FoldedPassword;
use sha2::{Digest, Sha256};

/// The number of buckets: one for each value of two bytes.
const BUCKETS: usize = 1 << 16;
/// The bytes of a hash within its bucket.
const REST: usize = 3;

/// A table of common passwords. It cannot be listed.
#[derive(Clone, Copy)]
pub struct CommonPasswordTable {
    counts: &'static [u8],
    hashes: &'static [u8],
}

/// 40 bits of the hash of a password: bucket and rest.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Fingerprint {
    bucket: u16,
    rest: [u8; REST],
}

/// The table cannot be made: a bucket would have more than 255 hashes.
#[derive(Debug, thiserror::Error)]
#[error("there are too many passwords for a table")]
pub struct TooManyPasswords;

impl Fingerprint {
    fn of(password: &FoldedPassword) -> Self {
        let [high, low, a, b, c, ..] = <[u8; 32]>::from(Sha256::digest(password.expose()));
        Self {
            bucket: u16::from_be_bytes([high, low]),
            rest: [a, b, c],
        }
    }
}

impl CommonPasswordTable {
    /// The table that is compiled in.
    #[must_use]
    pub fn built_in() -> Self {
        Self::new(include_bytes!("../data/common-passwords.table"))
    }

    /// A table that [`make`](Self::make) has made.
    #[must_use]
    pub fn new(table: &'static [u8]) -> Self {
        let (counts, hashes) = table.split_at_checked(BUCKETS).unwrap_or((&[], &[]));
        Self { counts, hashes }
    }

    /// Makes the table of these passwords.
    ///
    /// # Errors
    /// [`TooManyPasswords`] if a bucket overflows, as it does from about ten million passwords on.
    pub fn make(
        passwords: impl IntoIterator<Item = FoldedPassword>,
    ) -> Result<Vec<u8>, TooManyPasswords> {
        let fingerprints = passwords
            .into_iter()
            .map(|password| Fingerprint::of(&password));
        let fingerprints: BTreeSet<_> = fingerprints.collect();
        let mut table = vec![0_u8; BUCKETS];
        for fingerprint in &fingerprints {
            let count = table.get_mut(usize::from(fingerprint.bucket));
            let count = count.ok_or(TooManyPasswords)?;
            *count = count.checked_add(1).ok_or(TooManyPasswords)?;
        }
        table.extend(fingerprints.iter().flat_map(|fingerprint| fingerprint.rest));
        Ok(table)
    }

    /// How many passwords the table has.
    #[must_use]
    pub fn len(&self) -> usize {
        self.hashes.len() / REST
    }

    /// Whether the table has no password.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.hashes.is_empty()
    }

    /// The hashes of a bucket.
    fn bucket(&self, number: u16) -> Option<&'static [u8]> {
        let number = usize::from(number);
        let before = self.counts.get(..number)?;
        let before: usize = before.iter().copied().map(usize::from).sum();
        let count = usize::from(*self.counts.get(number)?);
        self.hashes.get(before * REST..(before + count) * REST)
    }
}

impl CommonPasswords for CommonPasswordTable {
    fn contains(&self, password: &FoldedPassword) -> bool {
        let Fingerprint { bucket, rest } = Fingerprint::of(password);
        let hashes = self.bucket(bucket).unwrap_or_default();
        hashes.chunks_exact(REST).any(|hash| hash == rest)
    }
}

#[cfg(test)]
mod tests {
    use azuma_domain::user::Password;

    use super::*;

    fn folded(text: &str) -> FoldedPassword {
        Password::parse(text).expect("a password").folded()
    }

    #[test]
    fn a_table_finds_its_own_passwords_in_any_case_and_no_other() {
        let listed = |number: usize| format!("Password{number}");
        let table = CommonPasswordTable::make((0..3_000).map(|number| folded(&listed(number))));
        let table = CommonPasswordTable::new(table.expect("a table").leak());
        assert_eq!(table.len(), 3_000);
        for number in 0..3_000 {
            assert!(table.contains(&folded(&listed(number).to_uppercase())));
        }
        for number in 3_000..10_000 {
            assert!(!table.contains(&folded(&listed(number))));
        }
    }

    #[test]
    fn the_built_in_table_has_the_most_common_passwords_and_long_ones() {
        let table = CommonPasswordTable::built_in();
        assert!(table.len() > 100_000, "{}", table.len());
        let counted: usize = table.counts.iter().copied().map(usize::from).sum();
        assert_eq!(counted, table.len());
        for text in [
            "123456",
            "PassWord",
            "qwertyuiop",
            "1qaz2wsx3edc",
            "masterblaster",
        ] {
            assert!(table.contains(&folded(text)), "{text}");
        }
        for text in ["correct horse battery staple", "neo", "blue pill of 1999"] {
            assert!(!table.contains(&folded(text)), "{text}");
        }
    }

    #[test]
    fn a_file_that_is_no_table_has_no_passwords() {
        let table = CommonPasswordTable::new(b"no table");
        assert!(table.is_empty() && !table.contains(&folded("123456")));
    }
}

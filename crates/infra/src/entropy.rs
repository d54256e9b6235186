//! The machine's randomness.

use std::time::Duration;

use azuma_domain::ports::Entropy;
use uuid::{Builder, Uuid};

/// The pause after an error of the random number generator.
const PAUSE: Duration = Duration::from_millis(100);

/// Ids and numbers from the operating system's random number generator.
#[derive(Clone, Copy, Debug)]
pub struct SystemEntropy(());

/// The operating system has no random number generator. The server cannot run without one.
#[derive(Debug, thiserror::Error)]
#[error("the random number generator of the operating system failed: {0}")]
pub struct NoEntropy(#[source] getrandom::Error);

impl SystemEntropy {
    /// Checks the generator once, at start. Blocks while the machine, just booted, has too little entropy.
    ///
    /// # Errors
    /// [`NoEntropy`] if the operating system has no random number generator.
    pub fn open() -> Result<Self, NoEntropy> {
        getrandom::fill(&mut [0; 16]).map_err(NoEntropy)?;
        Ok(Self(()))
    }
}

impl Entropy for SystemEntropy {
    fn uuid(&self) -> Uuid {
        Builder::from_random_bytes(random_bytes()).into_uuid()
    }

    fn u64(&self) -> u64 {
        u64::from_ne_bytes(random_bytes())
    }
}

/// On Linux the generator does not fail for so few bytes once it is ready, and `open` has checked that. On another
/// system this function waits after an error, because an id that can be guessed is worse than no id.
fn random_bytes<const LENGTH: usize>() -> [u8; LENGTH] {
    let mut bytes = [0; LENGTH];
    while let Err(error) = getrandom::fill(&mut bytes) {
        tracing::error!(%error, "the random number generator of the operating system failed; trying again");
        std::thread::sleep(PAUSE);
    }
    bytes
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn makes_numbers_of_which_every_bit_varies() {
        let entropy = SystemEntropy::open().unwrap();
        let numbers: Vec<u64> = (0..200).map(|_| entropy.u64()).collect();
        let set = numbers.iter().fold(0, |bits, number| bits | number);
        let unset = numbers.iter().fold(0, |bits, number| bits | !number);
        assert_eq!((set, unset), (u64::MAX, u64::MAX));
    }

    #[test]
    fn makes_version_4_uuids_each_new() {
        let entropy = SystemEntropy::open().unwrap();
        let ids: HashSet<Uuid> = (0..1_000).map(|_| entropy.uuid()).collect();
        assert_eq!(ids.len(), 1_000);
        assert!(ids.iter().all(|id| id.get_version_num() == 4));
        assert!(
            ids.iter()
                .all(|id| id.get_variant() == uuid::Variant::RFC4122)
        );
    }
}

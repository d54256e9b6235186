//! The machine's randomness.

use std::time::Duration;

use azuma_domain::ports::Entropy;
use uuid::{Builder, Uuid};

/// How long to wait for a source that stopped answering.
const PAUSE: Duration = Duration::from_millis(100);

/// Ids from the operating system's random numbers.
#[derive(Clone, Copy, Debug)]
pub struct SystemEntropy(());

/// The operating system gives no random numbers, and nothing can run without.
#[derive(Debug, thiserror::Error)]
#[error("the operating system gives no random numbers: {0}")]
pub struct NoEntropy(#[source] getrandom::Error);

impl SystemEntropy {
    /// Opens the source, once, at start. Blocks while the machine, just booted, has none yet.
    ///
    /// # Errors
    /// [`NoEntropy`] where the operating system has no source.
    pub fn open() -> Result<Self, NoEntropy> {
        getrandom::fill(&mut [0; 16]).map_err(NoEntropy)?;
        Ok(Self(()))
    }
}

impl Entropy for SystemEntropy {
    fn uuid(&self) -> Uuid {
        let mut bytes = [0; 16];
        // Linux answers so few bytes always, once it has answered, which `open` saw. Where another system does
        // not, waiting is all that is safe: an id that can be guessed is worse than none.
        while let Err(error) = getrandom::fill(&mut bytes) {
            tracing::error!(%error, "waiting for random numbers");
            std::thread::sleep(PAUSE);
        }
        Builder::from_random_bytes(bytes).into_uuid()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

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

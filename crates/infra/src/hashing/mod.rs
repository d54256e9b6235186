//! Password hashing with Argon2, on its own threads.
//!
//! Hashing is slow on purpose. On the threads that answer requests, it would delay them all; on the runtime's
//! blocking threads, a burst of logins would take a block of memory each. So a fixed number of threads hash, each one
//! password at a time in memory that it keeps, at the lowest priority. Clients take turns, so that no client waits
//! behind all requests of another. A request that would wait too long is refused at once.

mod fair_queue;
mod memory;
mod pool;
mod scheme;
mod task;
#[cfg(test)]
mod tests;

use std::io;
use std::net::IpAddr;
use std::time::Duration;

use azuma_domain::ports::{BoxFuture, HashError, PasswordHasher, Verdict};
use azuma_domain::user::{Password, PasswordHash};
use tracing::Span;

pub use scheme::InvalidArgon2Settings;

use memory::Memory;
use pool::{Busy, Pool};
use scheme::{Scheme, StoredHash};

/// The shortest `retry_after` of a refused request.
const SHORTEST_RETRY: Duration = Duration::from_secs(1);

/// The parameters of new hashes. Hashes with other parameters are still verified.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Argon2Settings {
    /// Memory of one hash in KiB: at least 8 for each lane, at most 1 GiB.
    pub memory_kib: u32,
    /// Passes over the memory, 1 to 1,000. Memory times passes is 4 GiB at most.
    pub iterations: u32,
    /// Lanes, 1 to 64. One thread computes all lanes of a hash.
    pub parallelism: u32,
    /// Threads that hash, each one password at a time, 1 to 1,024.
    pub threads: usize,
}

/// The hasher cannot be started.
#[derive(Debug, thiserror::Error)]
pub enum StartHasherError {
    /// The parameters are out of range.
    #[error("the parameters of password hashing {0}")]
    Parameters(#[from] InvalidArgon2Settings),
    /// The operating system does not grant that much memory.
    #[error("cannot reserve memory for password hashing: {0}")]
    Memory(#[source] io::Error),
    /// The operating system cannot start a thread.
    #[error("cannot start a thread for password hashing: {0}")]
    Spawn(#[source] io::Error),
}

/// Argon2id in PHC strings; verifies Argon2i and Argon2d too.
///
/// Its memory is reserved at the start, resident from the first password on, and `threads × memory_kib` once every
/// thread has hashed; verifying an old hash of larger parameters takes more for as long as it lasts. Dropped, it lets
/// the hash under way end, and its threads go.
pub struct Argon2Hasher {
    scheme: Scheme,
    pool: Pool<Memory>,
}

impl Argon2Hasher {
    /// Starts the threads and hashes nothing yet. Until the first hash has shown how long one takes here, waits are
    /// reckoned for a slow processor.
    ///
    /// # Errors
    /// [`StartHasherError`] when the settings cannot be used or there is no memory or thread to be had.
    pub fn start(settings: Argon2Settings) -> Result<Self, StartHasherError> {
        let scheme = settings.scheme()?;
        let memories = (0..settings.threads)
            .map(|_| scheme.reserve_memory())
            .collect::<Result<_, _>>()
            .map_err(StartHasherError::Memory)?;
        let pool =
            Pool::start(memories, scheme.assumed_duration()).map_err(StartHasherError::Spawn)?;
        Ok(Self { scheme, pool })
    }

    fn run<'a, T: Send + 'static>(
        &'a self,
        client: Option<IpAddr>,
        work: impl FnOnce(&mut Memory) -> Result<T, HashError> + Send + 'static,
    ) -> BoxFuture<'a, Result<T, HashError>> {
        Box::pin(async move {
            let span = Span::current();
            let work = move |memory: &mut Memory| span.in_scope(|| work(memory));
            match self.pool.submit(client, work).await {
                Ok(Ok(outcome)) => outcome,
                Ok(Err(Busy { wait })) => Err(HashError::Overloaded {
                    retry_after: wait.max(SHORTEST_RETRY),
                }),
                Err(_) => Err(HashError::Failed("the hashing thread panicked".into())),
            }
        })
    }
}

impl PasswordHasher for Argon2Hasher {
    fn hash(
        &self,
        client: Option<IpAddr>,
        password: Password,
    ) -> BoxFuture<'_, Result<PasswordHash, HashError>> {
        let scheme = self.scheme.clone();
        self.run(client, move |memory| {
            let phc = scheme.hash(password.expose(), memory)?;
            Ok(PasswordHash::from_phc(phc))
        })
    }

    fn verify(
        &self,
        client: Option<IpAddr>,
        password: Password,
        hash: PasswordHash,
    ) -> BoxFuture<'_, Result<Verdict, HashError>> {
        let scheme = self.scheme.clone();
        // Read before it queues: what cannot be read is no work.
        let Ok(stored) = StoredHash::read(hash.as_phc()) else {
            return Box::pin(async { Ok(Verdict::Unreadable) });
        };
        self.run(client, move |memory| {
            let verdict = if !stored.matches(password.expose(), memory)? {
                Verdict::Wrong
            } else if stored.is_of(&scheme) {
                Verdict::Right
            } else {
                Verdict::NeedsRehash
            };
            Ok(verdict)
        })
    }
}

//! Password hashing with Argon2, on threads of its own.
//!
//! Hashing is slow by intent. On the threads that answer requests, it would hold up all requests. On a runtime's blocking
//! threads, each login of a storm would take its own memory. So a fixed number of threads hash, each in memory that it keeps and
//! with the lowest priority. Clients take turns, so that no client waits behind everything that another one asked for. A request
//! that would wait too long is refused at once.

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

/// The shortest wait that a refused caller is asked for.
const SHORTEST_RETRY: Duration = Duration::from_secs(1);

/// How passwords are hashed from now on. Older hashes are still verified.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Argon2Settings {
    /// KiB of memory of one hash: at least 8 for each lane, at most 1 GiB.
    pub memory_kib: u32,
    /// Passes over the memory: 1 to 1,000, and at most 4 GiB in all passes together.
    pub iterations: u32,
    /// Lanes: 1 to 64. One thread computes a hash, however many lanes it has.
    pub parallelism: u32,
    /// How many passwords are hashed at once: 1 to 1,024.
    pub threads: usize,
}

/// The hasher cannot be started.
#[derive(Debug, thiserror::Error)]
pub enum StartHasherError {
    /// Argon2 does not allow the parameters, or they are absurd.
    #[error("the parameters of password hashing {0}")]
    Parameters(#[from] InvalidArgon2Settings),
    /// The operating system does not promise that much memory.
    #[error("cannot reserve the memory to hash passwords in: {0}")]
    Memory(#[source] io::Error),
    /// The operating system starts no thread.
    #[error("cannot start a thread to hash passwords on: {0}")]
    Spawn(#[source] io::Error),
}

/// Argon2id in PHC strings; verifies Argon2i and Argon2d too.
///
/// The hasher reserves its memory when it starts. A thread's memory is resident from its first hash on: `threads × memory_kib` in
/// all. To verify an old hash of larger parameters takes more, until it is verified. When the hasher is dropped, its threads end
/// after the hash they are at.
pub struct Argon2Hasher {
    scheme: Scheme,
    pool: Pool<Memory>,
}

impl Argon2Hasher {
    /// Starts the threads, and hashes nothing yet. Until the first hash was measured, waits are estimated for a slow processor.
    ///
    /// # Errors
    /// [`StartHasherError`] when the settings cannot be used, or the operating system has no memory or thread.
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

    fn run<T: Send + 'static>(
        &self,
        client: Option<IpAddr>,
        work: impl FnOnce(&mut Memory) -> Result<T, HashError> + Send + 'static,
    ) -> BoxFuture<'_, Result<T, HashError>> {
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
        // Read before it is queued, because there is nothing to verify where it cannot be read.
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

//! Password hashing with Argon2, on its own threads.
//!
//! Hashing is slow on purpose. On the threads that answer requests, it would delay all requests. On the runtime's
//! blocking threads, each login of a burst would allocate its own memory. So a fixed number of threads hash at the
//! lowest priority; each thread hashes one password at a time in memory that it keeps. Clients take turns, so no
//! client waits behind all requests of another. A request that would wait too long is rejected at once.

mod fair_queue;
mod imported;
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
use azuma_domain::user::{GivenPassword, ImportedHash, Password, PasswordHash};
use tracing::Span;

pub use scheme::InvalidArgon2Settings;

use crate::durations::DurationCounts;
use memory::Memory;
use pool::{Overloaded, Pool};
use scheme::{Scheme, StoredHash};

/// The shortest `retry_after` of a rejected request.
const SHORTEST_RETRY: Duration = Duration::from_secs(1);

/// The parameters of new hashes. Hashes with other parameters are still verified.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Argon2Settings {
    /// The memory of one hash in KiB: at least 8 for each lane, at most 1,048,576 (1 GiB).
    pub memory_kib: u32,
    /// The number of passes over the memory, 1 to 1,000. Memory times passes is 4 GiB at most.
    pub iterations: u32,
    /// The number of lanes, 1 to 64. One thread computes all lanes of a hash.
    pub parallelism: u32,
    /// The number of threads that hash, 1 to 1,024.
    pub threads: usize,
}

/// The hasher cannot be started.
#[derive(Debug, thiserror::Error)]
pub enum StartHasherError {
    /// The parameters are out of range.
    #[error("the configuration of password hashing {0}")]
    Parameters(#[from] InvalidArgon2Settings),
    /// The operating system does not grant the memory.
    #[error("cannot reserve memory for password hashing: {0}")]
    Memory(#[source] io::Error),
    /// The operating system cannot start a thread.
    #[error("cannot start a thread for password hashing: {0}")]
    Spawn(#[source] io::Error),
}

/// Hashes with Argon2id into PHC strings. Verifies Argon2i and Argon2d as well, and the hashes of other systems that were
/// imported.
///
/// `threads × memory_kib` of address space is reserved at the start; a thread's share becomes resident with its first
/// hash. Verifying a hash with larger parameters takes more memory until it is done. When the hasher is dropped, its
/// threads finish the queued work that is still awaited, and end.
pub struct Argon2Hasher {
    scheme: Scheme,
    pool: Pool<Memory>,
}

impl Argon2Hasher {
    /// Starts the threads. Until the first hash was measured, waits are estimated for a slow processor.
    ///
    /// # Errors
    /// [`StartHasherError`] if a parameter is out of range, or the operating system grants no memory or thread.
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

    /// How many passwords wait to be hashed or compared.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.pool.waiting()
    }

    /// How long hashing or comparing each password took, without its wait.
    #[must_use]
    pub fn durations(&self) -> DurationCounts {
        self.pool.durations().read()
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
                Ok(Err(Overloaded { estimated_wait })) => Err(HashError::Overloaded {
                    retry_after: estimated_wait.max(SHORTEST_RETRY),
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
        password: GivenPassword,
        hash: PasswordHash,
    ) -> BoxFuture<'_, Result<Verdict, HashError>> {
        match hash.as_imported() {
            Some(text) => match ImportedHash::parse(text) {
                Ok(hash) => self.verify_imported(client, password, hash),
                Err(_) => at_once(Verdict::Unreadable),
            },
            // An unreadable hash need not wait in the queue, nor a password that no hash of this server can be of.
            None => match (StoredHash::read(hash.as_phc()), password.prepared()) {
                (Err(_), _) => at_once(Verdict::Unreadable),
                (Ok(_), None) => at_once(Verdict::Wrong),
                (Ok(hash), Some(password)) => self.verify_own(client, password.clone(), hash),
            },
        }
    }
}

impl Argon2Hasher {
    fn verify_own(
        &self,
        client: Option<IpAddr>,
        password: Password,
        hash: StoredHash,
    ) -> BoxFuture<'_, Result<Verdict, HashError>> {
        let scheme = self.scheme.clone();
        self.run(client, move |memory| {
            let verdict = if !hash.matches(password.expose(), memory)? {
                Verdict::Wrong
            } else if hash.is_of(&scheme) {
                Verdict::Right
            } else {
                Verdict::NeedsRehash
            };
            Ok(verdict)
        })
    }

    fn verify_imported(
        &self,
        client: Option<IpAddr>,
        password: GivenPassword,
        hash: ImportedHash,
    ) -> BoxFuture<'_, Result<Verdict, HashError>> {
        self.run(client, move |memory| {
            Ok(match imported::matches(&hash, password.typed(), memory)? {
                true => Verdict::NeedsRehash,
                false => Verdict::Wrong,
            })
        })
    }
}

fn at_once(verdict: Verdict) -> BoxFuture<'static, Result<Verdict, HashError>> {
    Box::pin(async move { Ok(verdict) })
}

//! Hashers for tests: one that is cheap, one that is interrupted, one that is overloaded.

use std::net::IpAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use azuma_domain::ports::{BoxFuture, HashError, PasswordHasher, Verdict};
use azuma_domain::user::{GivenPassword, Password, PasswordHash};
use azuma_infra::hashing::{Argon2Hasher, Argon2Settings};

/// Argon2 with the least memory that it allows.
pub fn argon2(iterations: u32) -> Arc<dyn PasswordHasher> {
    let settings = Argon2Settings {
        memory_kib: 8,
        iterations,
        parallelism: 1,
        threads: 1,
    };
    Arc::new(Argon2Hasher::start(settings).unwrap())
}

/// A hasher during whose first work an event happens. The event is over before the hasher answers.
pub struct InTheMiddle {
    hasher: Arc<dyn PasswordHasher>,
    event: Mutex<Option<BoxFuture<'static, ()>>>,
}

impl InTheMiddle {
    /// `hasher`, interrupted by `event`.
    pub fn of(
        hasher: &Arc<dyn PasswordHasher>,
        event: impl Future<Output = ()> + Send + 'static,
    ) -> Arc<dyn PasswordHasher> {
        Arc::new(Self {
            hasher: Arc::clone(hasher),
            event: Mutex::new(Some(Box::pin(event))),
        })
    }

    async fn happen(&self) {
        let event = self.event.lock().unwrap().take();
        if let Some(event) = event {
            event.await;
        }
    }
}

impl PasswordHasher for InTheMiddle {
    fn hash(
        &self,
        client: Option<IpAddr>,
        password: Password,
    ) -> BoxFuture<'_, Result<PasswordHash, HashError>> {
        Box::pin(async move {
            let hash = self.hasher.hash(client, password).await;
            self.happen().await;
            hash
        })
    }

    fn verify(
        &self,
        client: Option<IpAddr>,
        password: GivenPassword,
        hash: PasswordHash,
    ) -> BoxFuture<'_, Result<Verdict, HashError>> {
        Box::pin(async move {
            let verdict = self.hasher.verify(client, password, hash).await;
            self.happen().await;
            verdict
        })
    }
}

/// A hasher that verifies, and is overloaded when it is asked for a new hash.
pub struct NoMoreHashes(pub Arc<dyn PasswordHasher>);

impl PasswordHasher for NoMoreHashes {
    fn hash(
        &self,
        _client: Option<IpAddr>,
        _password: Password,
    ) -> BoxFuture<'_, Result<PasswordHash, HashError>> {
        let retry_after = Duration::from_secs(3);
        Box::pin(async move { Err(HashError::Overloaded { retry_after }) })
    }

    fn verify(
        &self,
        client: Option<IpAddr>,
        password: GivenPassword,
        hash: PasswordHash,
    ) -> BoxFuture<'_, Result<Verdict, HashError>> {
        self.0.verify(client, password, hash)
    }
}

//! Units of work that answer something.

use std::sync::{Arc, Mutex, PoisonError};

use super::{Abort, Decision, Reader, Store, StoreError, Transaction, Work};

/// Units of work with typed results, over [`Store::run`].
pub trait StoreExt {
    /// Runs `work` and commits if it answers `Ok`; otherwise rolls back.
    ///
    /// # Errors
    /// The `E` with which the work refused, or the [`StoreError`] converted to an `E`.
    fn transact<T, E>(
        &self,
        work: impl Fn(&mut dyn Transaction) -> Result<T, Abort<E>> + Send + 'static,
    ) -> impl Future<Output = Result<T, E>> + Send
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static;

    /// Runs `work`. Writing does not compile:
    ///
    /// ```compile_fail
    /// # use azuma_domain::{ports::{Store, StoreError, StoreExt}, user::UserId};
    /// # async fn wrong(store: &dyn Store, id: UserId) -> Result<bool, StoreError> {
    /// store.read(move |reader| reader.users().delete(id)).await
    /// # }
    /// ```
    ///
    /// # Errors
    /// The [`StoreError`] of the work, or that of [`Store::run`].
    fn read<T>(
        &self,
        work: impl Fn(&mut dyn Reader) -> Result<T, StoreError> + Send + 'static,
    ) -> impl Future<Output = Result<T, StoreError>> + Send
    where
        T: Send + 'static;
}

impl StoreExt for dyn Store {
    async fn transact<T, E>(
        &self,
        work: impl Fn(&mut dyn Transaction) -> Result<T, Abort<E>> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let outcome = Outcome::default();
        let last_run = outcome.clone();
        let work = Work::write(move |transaction| match work(transaction) {
            Ok(value) => {
                last_run.set(Ok(value));
                Ok(Decision::Commit)
            }
            Err(Abort::Refused(refusal)) => {
                last_run.set(Err(refusal));
                Ok(Decision::RollBack)
            }
            Err(Abort::Store(error)) => Err(error),
        });
        self.run(work).await?;
        outcome.take()?
    }

    async fn read<T>(
        &self,
        work: impl Fn(&mut dyn Reader) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError>
    where
        T: Send + 'static,
    {
        let outcome = Outcome::default();
        let last_run = outcome.clone();
        let work = Work::read(move |reader| {
            last_run.set(work(reader)?);
            Ok(())
        });
        self.run(work).await?;
        outcome.take()
    }
}

/// Carries the result of the last run out of [`Store::run`], which cannot be generic.
struct Outcome<T>(Arc<Mutex<Option<T>>>);

impl<T> Default for Outcome<T> {
    fn default() -> Self {
        Self(Arc::new(Mutex::new(None)))
    }
}

impl<T> Clone for Outcome<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T> Outcome<T> {
    fn set(&self, result: T) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(result);
    }

    fn take(&self) -> Result<T, StoreError> {
        let result = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        result
            .ok_or_else(|| StoreError::Failed("the store answered without running the work".into()))
    }
}

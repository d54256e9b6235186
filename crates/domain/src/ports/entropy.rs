use uuid::Uuid;

/// Makes ids and random numbers.
pub trait Entropy: Send + Sync {
    /// A version 4 UUID. It MUST be unpredictable and new each time.
    fn uuid(&self) -> Uuid;

    /// A number from 0 to `u64::MAX`. Every number MUST be equally likely and unpredictable.
    fn u64(&self) -> u64;

    /// A number from 0 to `u128::MAX`, of two such numbers.
    fn u128(&self) -> u128 {
        u128::from(self.u64()) << 64 | u128::from(self.u64())
    }
}

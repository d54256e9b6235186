use uuid::Uuid;

/// Makes ids.
pub trait Entropy: Send + Sync {
    /// A version 4 UUID. It MUST be unpredictable and new each time.
    fn uuid(&self) -> Uuid;
}

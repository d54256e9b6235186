use crate::user::FoldedPassword;

/// The passwords that are guessed first, because many people have them.
pub trait CommonPasswords: Send + Sync {
    /// Whether the list has the password, in any case. MUST NOT miss one of the list; it MAY, very rarely, find one that is
    /// not on it.
    fn contains(&self, password: &FoldedPassword) -> bool;
}

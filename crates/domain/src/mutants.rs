//! Defects that a test switches on, to see that the checker finds them.
//!
//! They exist only with the feature `mutants`, which no release has: without it [`Mutant::is_on`] is always false, and the
//! compiler leaves out what a defect would do.

#[cfg(all(feature = "mutants", not(debug_assertions)))]
compile_error!("a release must not contain the defects that tests switch on");

/// A defect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Mutant {
    /// A login does not look again, under the lock, whether the password that it verified is still the user's.
    LoginForgetsNewPassword = 1,
    /// A changed password leaves the user's other sessions.
    PasswordChangeKeepsSessions,
    /// Each renewal of a token makes another next token.
    RenewalsDisagree,
    /// A message that was sent stays in the outbox.
    SentMailStays,
    /// What a lookup read before an invalidation is cached after it.
    CacheForgetsInvalidations,
    /// Memory answers for two seconds after a poll was answered, not after it was sent.
    ValidityCountsFromAnswers,
    /// A cached session tells the expiry that it was read with.
    CacheTellsOldExpiry,
    /// Uses are not written.
    UsesAreNotWritten,
    /// An account that waits for verification is deleted as if it had lapsed.
    WaitingAccountsLapseAtOnce,
    /// The numbers of invalidations have gaps.
    InvalidationsSkipNumbers,
    /// Transactions are rolled back, and answered as if they had been committed.
    CommitsAreForgotten,
}

impl Mutant {
    /// Every defect.
    pub const ALL: [Self; 11] = [
        Self::LoginForgetsNewPassword,
        Self::PasswordChangeKeepsSessions,
        Self::RenewalsDisagree,
        Self::SentMailStays,
        Self::CacheForgetsInvalidations,
        Self::ValidityCountsFromAnswers,
        Self::CacheTellsOldExpiry,
        Self::UsesAreNotWritten,
        Self::WaitingAccountsLapseAtOnce,
        Self::InvalidationsSkipNumbers,
        Self::CommitsAreForgotten,
    ];

    /// Whether the defect is switched on.
    #[must_use]
    #[inline]
    pub fn is_on(self) -> bool {
        active() == self as u8
    }
}

#[cfg(not(feature = "mutants"))]
const fn active() -> u8 {
    0
}

/// The variable that names the defect with which a process starts.
#[cfg(feature = "mutants")]
pub const VARIABLE: &str = "MUTANT_UNDER_TEST";

#[cfg(feature = "mutants")]
static ACTIVE: std::sync::LazyLock<std::sync::atomic::AtomicU8> =
    std::sync::LazyLock::new(|| std::sync::atomic::AtomicU8::new(named_by_environment()));

#[cfg(feature = "mutants")]
fn named_by_environment() -> u8 {
    let name = std::env::var(VARIABLE).unwrap_or_default();
    let named = |mutant: &Mutant| format!("{mutant:?}") == name;
    let mutant = Mutant::ALL.into_iter().find(named);
    mutant.map_or(0, |mutant| mutant as u8)
}

#[cfg(feature = "mutants")]
fn active() -> u8 {
    ACTIVE.load(std::sync::atomic::Ordering::Relaxed)
}

/// Switches a defect on, for the whole process, and the one before off; `None` switches all off.
#[cfg(feature = "mutants")]
pub fn switch_on(mutant: Option<Mutant>) {
    let number = mutant.map_or(0, |mutant| mutant as u8);
    ACTIVE.store(number, std::sync::atomic::Ordering::Relaxed);
}

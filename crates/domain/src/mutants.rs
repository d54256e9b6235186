//! Defects that a test switches on, to see that the checker finds them.
//!
//! They exist only with the feature `mutants`, which no release has: without it [`Mutant::is_on`] is always false, and the
//! compiler leaves out what a defect would do.

#[cfg(all(feature = "mutants", not(debug_assertions)))]
compile_error!("a release must not contain the defects that tests switch on");

/// Declares the defects once, for the type and for the list of all.
macro_rules! mutants {
    ($($(#[$doc:meta])* $name:ident,)*) => {
        /// A defect.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[repr(u8)]
        pub enum Mutant {
            $($(#[$doc])* $name,)*
        }

        impl Mutant {
            /// Every defect.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];
        }
    };
}

mutants! {
    /// A login does not look again, under the lock, whether the password that it verified is still the user's.
    LoginForgetsNewPassword,
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
    /// A change of address leaves the links of earlier ones.
    ReplacedLinksStay,
    /// A changed password takes away the links that set a password.
    PasswordChangeTakesResetLinks,
    /// Cached sessions are found by too little of their tokens.
    CacheMixesUpTokens,
    /// A name that is taken is told as an error of the database.
    TakenNamesAreErrors,
}

impl Mutant {
    /// Whether the defect is switched on.
    #[must_use]
    #[inline]
    pub fn is_on(self) -> bool {
        active() == self.number()
    }

    /// Its number; 0 stands for no defect.
    const fn number(self) -> u8 {
        self as u8 + 1
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
    let mutant = Mutant::ALL.iter().copied().find(named);
    mutant.map_or(0, Mutant::number)
}

#[cfg(feature = "mutants")]
fn active() -> u8 {
    ACTIVE.load(std::sync::atomic::Ordering::Relaxed)
}

/// Switches a defect on, for the whole process, and the one before off; `None` switches all off.
#[cfg(feature = "mutants")]
pub fn switch_on(mutant: Option<Mutant>) {
    let number = mutant.map_or(0, Mutant::number);
    ACTIVE.store(number, std::sync::atomic::Ordering::Relaxed);
}

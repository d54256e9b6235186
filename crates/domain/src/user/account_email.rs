//! The address of an account.

use super::EmailAddress;
use crate::Timestamp;

/// The address of an account, and whether it is proved: whether whoever has the account has followed a link mailed there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountEmail {
    address: EmailAddress,
    proved_at: Option<Timestamp>,
}

impl AccountEmail {
    /// An address that somebody wrote, and nobody has proved.
    #[must_use]
    pub fn claimed(address: EmailAddress) -> Self {
        Self {
            address,
            proved_at: None,
        }
    }

    /// An address whose mail the account's owner read at that time.
    #[must_use]
    pub fn proved(address: EmailAddress, at: Timestamp) -> Self {
        Self {
            address,
            proved_at: Some(at),
        }
    }

    /// The address, proved or not.
    #[must_use]
    pub fn address(&self) -> &EmailAddress {
        &self.address
    }

    /// When it was last proved; `None` where that is not known.
    #[must_use]
    pub fn proved_at(&self) -> Option<Timestamp> {
        self.proved_at
    }

    /// The address where it is proved.
    #[must_use]
    pub fn proved_address(&self) -> Option<&EmailAddress> {
        self.proved_at.map(|_| &self.address)
    }
}

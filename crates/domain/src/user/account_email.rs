//! The address of an account.

use super::EmailAddress;
use crate::Timestamp;

/// The address of an account, and whether it is proved: whether somebody has followed a link mailed to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountEmail {
    address: EmailAddress,
    proved_at: Option<Timestamp>,
}

impl AccountEmail {
    /// An address that is not proved.
    #[must_use]
    pub fn claimed(address: EmailAddress) -> Self {
        Self {
            address,
            proved_at: None,
        }
    }

    /// An address that was proved at this time.
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

    /// When it was last proved; `None` if it is not known to be proved.
    #[must_use]
    pub fn proved_at(&self) -> Option<Timestamp> {
        self.proved_at
    }

    /// The address if it is proved.
    #[must_use]
    pub fn proved_address(&self) -> Option<&EmailAddress> {
        self.proved_at.map(|_| &self.address)
    }
}

//! The links that mails carry. Each works once, for a while.

use crate::Timestamp;
use crate::id::id;
use crate::token::TokenHash;
use crate::user::{EmailAddress, UserId};

id! {
    /// Names a link; its token is derived from it and is not it.
    LinkId
}

/// What following a link does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LinkPurpose {
    /// Verifies an account that waits for it.
    VerifyAccount,
    /// Gives the user this address.
    ChangeEmail(EmailAddress),
    /// Lets whoever reads the account's mail set a new password.
    ResetPassword,
}

/// A link as a store keeps it: by the hash of its token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// Names the link.
    pub id: LinkId,
    /// What it is found by.
    pub hash: TokenHash,
    /// Whose it is.
    pub user_id: UserId,
    /// What following it does.
    pub purpose: LinkPurpose,
    /// The first moment it no longer works.
    pub expires_at: Timestamp,
}

//! The links that messages carry. Each works once, until it expires.

use crate::Timestamp;
use crate::id::id;
use crate::token::TokenHash;
use crate::user::{EmailAddress, UserId};

id! {
    /// Identifies a link. The link's token is derived from it.
    LinkId
}

/// What following a link does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LinkPurpose {
    /// Activates a waiting account.
    VerifyAccount,
    /// Changes the user's address to this one.
    ChangeEmail(EmailAddress),
    /// Lets the reader of the account's mail set a new password.
    ResetPassword,
}

/// A link as a store keeps it: with the hash of its token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// Its id.
    pub id: LinkId,
    /// The hash of its token, by which it is found.
    pub hash: TokenHash,
    /// The account it belongs to.
    pub user_id: UserId,
    /// What following it does.
    pub purpose: LinkPurpose,
    /// The first moment at which it no longer works.
    pub expires_at: Timestamp,
}

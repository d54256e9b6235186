//! Mail: sending the messages of the outbox, and managing them as an operator.

mod deliver;
mod load;
mod outbox_admin;
mod shared_clock;
mod test_mail;

use std::sync::Arc;

pub use deliver::Delivery;
pub use load::MailBacklog;
pub use outbox_admin::{OutboxAdmin, OutboxAdminError};
pub use shared_clock::SharedClock;
pub use test_mail::TestMail;

use crate::ports::{Entropy, Mailer, Store};
use crate::token::TokenKeys;

/// Sends the messages of the outbox. Any number of workers, in any number of processes, may share an outbox.
pub struct Mailing {
    /// Keeps the outbox.
    pub store: Arc<dyn Store>,
    /// Sends messages.
    pub mailer: Arc<dyn Mailer>,
    /// Derives the tokens of mailed links again.
    pub keys: TokenKeys,
    /// Tells the time, to all nodes alike.
    pub clock: Arc<SharedClock>,
    /// Spreads retries.
    pub entropy: Arc<dyn Entropy>,
}

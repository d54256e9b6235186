//! Users of another system.

use std::error::Error;
use std::fmt;

use uuid::Uuid;

use crate::Timestamp;

/// Users of another system, to be read once from the first to the last.
///
/// An implementation MUST hold at most a bounded amount of what it reads in memory, whatever it reads, and MUST change
/// nothing there.
pub trait UserSource: Send {
    /// The next entries, at most `most`; none when all are read. It may block.
    ///
    /// # Errors
    /// [`SourceError`] if no more can be read. An entry that cannot be understood is no error but an entry.
    fn read(&mut self, most: usize) -> Result<Vec<SourceEntry>, SourceError>;
}

/// A source cannot be read any further.
#[derive(Debug, thiserror::Error)]
#[error("the users cannot be read: {0}")]
pub struct SourceError(#[source] pub Box<dyn Error + Send + Sync>);

/// An entry of a source.
#[derive(Clone, Debug)]
pub struct SourceEntry {
    /// Where it is.
    pub place: SourcePlace,
    /// What it holds.
    pub user: Result<SourceUser, UnreadableEntry>,
}

/// Where an entry is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SourcePlace {
    /// The line of a file, counted from 1.
    Line(u64),
    /// The row of a table that has this id.
    Row(Uuid),
}

impl fmt::Display for SourcePlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Line(number) => write!(f, "line {number}"),
            Self::Row(id) => write!(f, "user {id}"),
        }
    }
}

/// Why an entry cannot be understood. No message repeats what the entry holds.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UnreadableEntry {
    /// It is longer than any user.
    #[error("it is longer than {0} bytes")]
    TooLong(usize),
    /// It is not in UTF-8.
    #[error("it is not in UTF-8")]
    NotUtf8,
    /// It has not the form of this source.
    #[error("it is not of the form that is expected: {0}")]
    Form(String),
}

/// A user as another system has it, before any rule has looked at it.
#[derive(Clone)]
pub struct SourceUser {
    /// Its id.
    pub id: SourceId,
    /// Its name.
    pub name: String,
    /// Its address, if it has one.
    pub email: Option<SourceEmail>,
    /// The hash of its password.
    pub password_hash: String,
    /// Its icon, if it has one.
    pub icon: Option<String>,
    /// Its status, if it has one.
    pub status: Option<String>,
    /// When it registered, if that is known.
    pub created_at: Option<Timestamp>,
}

impl fmt::Debug for SourceUser {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SourceUser")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

/// The id of a user in another system.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SourceId {
    /// A UUID, which the user keeps.
    Uuid(Uuid),
    /// The digits of an ObjectId, which the user keeps in the `legacy` API.
    ObjectId(String),
    /// None. The user gets one that is the same each time the entry is read.
    None,
}

/// The address of a user in another system.
#[derive(Clone)]
pub struct SourceEmail {
    /// The address.
    pub address: String,
    /// Whether the other system says that it is proved.
    pub proof: SourceProof,
}

/// Whether a system says that an address belongs to its user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SourceProof {
    /// It does not.
    Claimed,
    /// It does, and does not say since when.
    Proved,
    /// It does, since then.
    ProvedAt(Timestamp),
}

//! Takes users of other systems, for the operator.
//!
//! A user is taken as it is or refused; it is never merged with another one. One that is there already, by its id, is left
//! as it is, so an import that was interrupted is run again.

mod check;
mod dry_run;

use std::sync::Arc;

pub use check::ImportRefusal;

use super::accounts::expect_nobodys_address;
use crate::Timestamp;
use crate::audit::{AuditAction, AuditEvent};
use crate::ports::{
    Clock, NewUser, SourceEntry, SourcePlace, Store, StoreError, StoreExt, Taken, Transaction,
    WriteError,
};
use crate::user::UserName;
use check::check;
use dry_run::DryRun;

/// The use case of an operator who imports users.
pub struct UserImport {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
}

/// Whether an import writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImportMode {
    /// It does.
    Write,
    /// It tells what it would do, and changes nothing.
    DryRun,
}

/// What became of an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportedEntry {
    /// Where the entry is.
    pub place: SourcePlace,
    /// The name of its user, where it is one.
    pub name: Option<UserName>,
    /// What became of it.
    pub fate: ImportFate,
}

/// What became of an entry, or would become of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ImportFate {
    /// It is a user now.
    Taken,
    /// Its user is there already, and is left as it is.
    AlreadyThere(Likeness),
    /// It is refused.
    Refused(ImportRefusal),
}

/// Whether the user who is there has the name of the entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Likeness {
    /// It has.
    SameName,
    /// It has another one: it was renamed, or two entries have one id.
    OtherName,
}

/// How many entries an import has met.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ImportTally {
    /// Those that are users now.
    pub taken: u64,
    /// Those whose users were there already.
    pub already_there: u64,
    /// Those that were refused.
    pub refused: u64,
}

/// An import can go no further. What was taken before stays.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// A dry run can remember no more names.
    #[error("a dry run compares at most {0} users with each other: split the file")]
    TooManyToCompare(usize),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// An import that goes on, page by page.
pub struct ImportRun {
    import: UserImport,
    mode: Mode,
    tally: ImportTally,
}

enum Mode {
    Write { recorded: Recorded },
    DryRun(DryRun),
}

/// Whether the audit trail has the import.
#[derive(Clone, Copy)]
enum Recorded {
    No,
    Yes,
}

impl UserImport {
    /// Imports into this store.
    #[must_use]
    pub fn new(store: Arc<dyn Store>, clock: Arc<dyn Clock>) -> Self {
        Self { store, clock }
    }

    /// Begins an import.
    #[must_use]
    pub fn begin(self, mode: ImportMode) -> ImportRun {
        ImportRun {
            import: self,
            mode: match mode {
                ImportMode::Write => Mode::Write {
                    recorded: Recorded::No,
                },
                ImportMode::DryRun => Mode::DryRun(DryRun::default()),
            },
            tally: ImportTally::default(),
        }
    }
}

impl ImportRun {
    /// Takes a page of entries, in one transaction, and answers what became of each, in their order. The audit trail gets
    /// the import with the first users that are taken.
    ///
    /// # Errors
    /// [`ImportError`] if the database fails; nothing of the page is changed then.
    pub async fn take(
        &mut self,
        page: Vec<SourceEntry>,
    ) -> Result<Vec<ImportedEntry>, ImportError> {
        let now = self.import.clock.now();
        let (places, checked): (Vec<_>, Vec<_>) = page
            .into_iter()
            .map(|entry| (entry.place, check(entry.user, now)))
            .unzip();
        let names: Vec<_> = checked
            .iter()
            .map(|user| user.as_ref().ok().map(|new| new.user.name.clone()))
            .collect();
        let store = &self.import.store;
        let fates = match &mut self.mode {
            Mode::Write { recorded } => write_page(store, checked, recorded, now).await?,
            Mode::DryRun(run) => run.judge(store, checked, now).await?,
        };
        let entries = places.into_iter().zip(names).zip(fates);
        Ok(entries
            .map(|((place, name), fate)| {
                self.tally.count(&fate);
                ImportedEntry { place, name, fate }
            })
            .collect())
    }

    /// How many entries there were so far.
    #[must_use]
    pub fn tally(&self) -> ImportTally {
        self.tally
    }
}

impl ImportTally {
    fn count(&mut self, fate: &ImportFate) {
        match fate {
            ImportFate::Taken => self.taken += 1,
            ImportFate::AlreadyThere(_) => self.already_there += 1,
            ImportFate::Refused(_) => self.refused += 1,
        }
    }

    /// How many entries there were.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.taken + self.already_there + self.refused
    }
}

/// A user who may be taken, or why not.
type Checked = Result<NewUser, ImportRefusal>;

async fn write_page(
    store: &Arc<dyn Store>,
    page: Vec<Checked>,
    recorded: &mut Recorded,
    now: Timestamp,
) -> Result<Vec<ImportFate>, StoreError> {
    let before = *recorded;
    let (fates, after) = store
        .transact::<_, StoreError>(move |tx| {
            let mut fates = Vec::with_capacity(page.len());
            for user in &page {
                fates.push(match user {
                    Ok(new) => insert(tx, new, now)?,
                    Err(refusal) => ImportFate::Refused(refusal.clone()),
                });
            }
            let after = match before {
                Recorded::No if fates.contains(&ImportFate::Taken) => {
                    let action = AuditAction::ImportUsers;
                    tx.audit()
                        .append(&AuditEvent::by_operator(None, action, now))?;
                    Recorded::Yes
                }
                Recorded::No | Recorded::Yes => before,
            };
            Ok((fates, after))
        })
        .await?;
    *recorded = after;
    Ok(fates)
}

fn insert(
    tx: &mut dyn Transaction,
    new: &NewUser,
    now: Timestamp,
) -> Result<ImportFate, StoreError> {
    let id = new.user.id;
    let taken = match expect_nobodys_address(tx, &new.user.name, id) {
        Ok(()) => tx.users().insert_unless_taken(new, now)?,
        Err(WriteError::Store(error)) => return Err(error),
        Err(WriteError::Conflict(_)) => match tx.users().find_credential(id)? {
            Some(_) => Some(Taken::Id),
            None => return Ok(ImportFate::Refused(ImportRefusal::NameIsAddress)),
        },
    };
    let there = match taken {
        Some(Taken::Id) => tx.users().name_of(id)?,
        Some(Taken::Name | Taken::Email) | None => None,
    };
    Ok(fate(new, taken, there.as_ref()))
}

/// What becomes of a user, if this is taken and a user who is there has this name.
fn fate(new: &NewUser, taken: Option<Taken>, there: Option<&UserName>) -> ImportFate {
    match taken {
        None => ImportFate::Taken,
        Some(Taken::Id) => {
            let same = there.is_some_and(|name| name.normalized() == new.user.name.normalized());
            ImportFate::AlreadyThere(match same {
                true => Likeness::SameName,
                false => Likeness::OtherName,
            })
        }
        Some(Taken::Name) => ImportFate::Refused(ImportRefusal::NameTaken),
        Some(Taken::Email) => ImportFate::Refused(ImportRefusal::EmailTaken),
    }
}

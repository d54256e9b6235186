//! A copy while servers run on the source.
//!
//! 1. The log of changes is made in the source, and the target gets the mark with the copy's id.
//! 2. A round copies everything, or what an earlier call left; then all rows are compared with the same snapshot.
//! 3. Rounds follow, each of what changed before its snapshot, until one finds little.
//! 4. Under a lock of the source: the last round, and the closing. Then the target's mark is removed.
//!
//! So the source is closed before the target is open, and never do both take writes.

use std::thread;
use std::time::{Duration, Instant};

use super::log::{self, Begun};
use super::pages;
use super::round::round;
use super::side::Side;
use super::tables::{TABLES, Table};
use super::target::{self, Origin};
use super::{CopiedTable, Progress, TransferError, schema};
use crate::store::engine::moved::{MOVED, moved_to};
use crate::store::engine::url::DatabaseUrl;

/// So few changes are copied while servers wait.
const FEW: u64 = 500;
/// The most rounds before the lock is tried whatever the last one found: servers may write as fast as rows are copied.
const MOST_ROUNDS: u32 = 50;
/// How often the lock is tried, and the pause after each try.
const LOCK_TRIES: u32 = 10;
const LOCK_PAUSE: Duration = Duration::from_secs(1);

/// How a live copy ended. The source is closed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LiveCopy {
    /// This call has closed it.
    Moved(Moved),
    /// An earlier call had closed it and was killed then; this one has opened the copy.
    Opened,
}

/// What a live copy did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moved {
    /// All tables, as they were when all rows were compared.
    pub tables: Vec<CopiedTable>,
    /// How many rows were written or deleted after that.
    pub followed: u64,
    /// How long servers could not write before the source was closed.
    pub stood: Duration,
    /// Tables of the source that are not Azuma's. They are still there, and were not copied.
    pub left: Vec<String>,
}

/// Copies all rows of a database that servers use to a new database, follows what changes meanwhile, and closes the source: its
/// tables get other names, and every release refuses it. Goes on with what an earlier call left. No server starts on the target
/// before. Blocks for minutes.
///
/// # Errors
/// [`TransferError`] if one of the databases does not suit or fails, the copy differs from its source, or the source cannot be
/// locked. Servers on the source go on, unless it was closed already.
pub fn transfer_live(
    from: &DatabaseUrl,
    to: &DatabaseUrl,
    tell: impl FnMut(Progress),
) -> Result<LiveCopy, TransferError> {
    let mut source = Side::open_beside_servers(from)?;
    if moved_to(&mut source.connection).is_some() {
        return open_target(&mut source, to);
    }
    schema::expect_of_this_release(&mut source)?;
    let left = schema::expect_columns(&mut source)?;
    let earlier = log::begun(&mut source)?;
    let is_new = earlier.is_none();
    let mut begun = match earlier {
        Some(begun) => begun,
        None => begin(&mut source, to)?,
    };
    expect_same_target(&source, &begun, to)?;
    log::expect_whole(&mut source, &begun.id)?;
    let mut target = match target::open(to, &origin(&source, &begun.id)) {
        Ok(target) => target,
        Err(error) if is_new => {
            give_up(&mut source)?;
            return Err(error);
        }
        Err(error) => return Err(error),
    };
    take_over(&mut source, &mut target, &mut begun)?;
    let tables = copy(&mut source, &mut target, &begun, tell)?;
    target::analyze(&mut target);
    let mut followed = 0;
    let began = lock(&mut source, |source| {
        followed += follow(source, &mut target, &begun)?;
        Ok(())
    })?;
    followed += match close(&mut source, &mut target, &begun) {
        Ok(last) => source.end(Ok(last)).map_err(not_opened(from))?,
        Err(error) => return source.end(Err(error)),
    };
    let stood = began.elapsed();
    target::finish(&mut target, &begun.oldest_migration).map_err(not_opened(from))?;
    Ok(LiveCopy::Moved(Moved {
        tables,
        followed,
        stood,
        left,
    }))
}

/// Gives up a live copy: removes what it has made in the source. The target stays as it is, and nobody can use it.
///
/// # Errors
/// [`TransferError`] if no live copy was begun, the source is closed already, cannot be locked, or fails.
pub fn abandon(from: &DatabaseUrl) -> Result<(), TransferError> {
    let mut source = Side::open_beside_servers(from)?;
    if let Some(target) = moved_to(&mut source.connection) {
        return Err(moved(&source, target));
    }
    give_up(&mut source)
}

/// The URL, without a password, of the target of a live copy that was begun and has not yet closed this database. Changes nothing. Blocks.
///
/// # Errors
/// [`TransferError`] if the database cannot be opened or asked.
pub fn live_copy_target(
    from: &DatabaseUrl,
    limit: Duration,
) -> Result<Option<String>, TransferError> {
    let mut source = Side::open_to_look(from, limit)?;
    if moved_to(&mut source.connection).is_some() {
        return Ok(None);
    }
    Ok(log::begun(&mut source)?.map(|begun| begun.target))
}

fn moved(source: &Side, target: String) -> TransferError {
    TransferError::Moved {
        source_url: source.url.clone(),
        target,
    }
}

/// What an error is, once the source may be closed.
fn not_opened(from: &DatabaseUrl) -> impl FnOnce(TransferError) -> TransferError {
    |cause| TransferError::NotOpened {
        source_url: from.to_string(),
        cause: Box::new(cause),
    }
}

/// What the target's mark says.
fn origin(source: &Side, id: &str) -> Origin {
    Origin {
        url: source.url.clone(),
        history: format!("live:{id}"),
    }
}

fn expect_same_target(source: &Side, begun: &Begun, to: &DatabaseUrl) -> Result<(), TransferError> {
    match begun.target == to.to_string() {
        true => Ok(()),
        false => Err(TransferError::AnotherTarget {
            source_url: source.url.clone(),
            target: begun.target.clone(),
        }),
    }
}

/// Ends what a call left that was killed after it had closed the source. The target has the mark of the closing, so no other one is
/// taken for it, and it is found by whatever URL.
fn open_target(source: &mut Side, to: &DatabaseUrl) -> Result<LiveCopy, TransferError> {
    let Some(begun) = log::begun(source)? else {
        return Err(moved(source, "another database".to_owned()));
    };
    let is_same = begun.target == to.to_string();
    match target::open_begun(to, &origin(source, &begun.id)) {
        Ok(Some(mut target)) => {
            let finished = target::finish(&mut target, &begun.oldest_migration);
            finished.map(|()| LiveCopy::Opened)
        }
        Err(TransferError::AnotherSource { source_url, target }) if is_same => {
            Err(TransferError::Stale { source_url, target })
        }
        Err(error) if is_same => Err(error),
        Ok(None) | Err(_) => Err(moved(source, begun.target)),
    }
}

/// Makes the log of changes.
fn begin(source: &mut Side, to: &DatabaseUrl) -> Result<Begun, TransferError> {
    lock(source, |_| Ok(()))?;
    let made = match log::begun(source) {
        Ok(None) => log::install(source, &to.to_string()),
        Ok(Some(_)) => Ok(()),
        Err(error) => Err(error),
    };
    let begun = made.and_then(|()| log::begun(source));
    let begun = source.end(begun)?;
    begun.ok_or_else(|| TransferError::NotBegun(source.url.clone()))
}

/// Has the log belong to this call: another one that goes on with the copy, perhaps into another target with the same URL, finds that
/// it is superseded.
fn take_over(source: &mut Side, target: &mut Side, begun: &mut Begun) -> Result<(), TransferError> {
    begun.id = source.transact(|source| agree(source, target, begun))?;
    Ok(())
}

/// Has source and target agree on a new id, in a transaction of the source. The target has it on the disk before that is committed.
fn agree(source: &mut Side, target: &mut Side, begun: &Begun) -> Result<String, TransferError> {
    let id = log::new_id(source)?;
    let marked = origin(source, &id);
    target.transact(|target| target::mark(target, &marked))?;
    log::rename(source, &begun.id, &id)?;
    Ok(id)
}

fn give_up(source: &mut Side) -> Result<(), TransferError> {
    lock(source, |_| Ok(()))?;
    let removed = match log::begun(source) {
        Ok(Some(_)) => log::remove(source).and_then(|()| source.batch("DROP TABLE live_copy")),
        Ok(None) => Err(TransferError::NotBegun(source.url.clone())),
        Err(error) => Err(error),
    };
    source.end(removed)
}

/// Copies everything that the source holds at one moment, and compares all rows.
fn copy(
    source: &mut Side,
    target: &mut Side,
    begun: &Begun,
    mut tell: impl FnMut(Progress),
) -> Result<Vec<CopiedTable>, TransferError> {
    let done = pages::count_all(target)?;
    at_one_moment(source, begun, |snapshot| {
        let total = pages::count_all(snapshot)?;
        round(snapshot, target, pages::telling(done, total, &mut tell))?;
        pages::compare_all(snapshot, target, total, &mut tell)
    })
}

/// Copies what has changed, again and again, until little changes meanwhile.
fn follow(source: &mut Side, target: &mut Side, begun: &Begun) -> Result<u64, TransferError> {
    let mut all = 0;
    for _ in 0..MOST_ROUNDS {
        let some = at_one_moment(source, begun, |snapshot| {
            round(snapshot, target, pages::compare)
        })?;
        all += some;
        if some < FEW {
            break;
        }
    }
    Ok(all)
}

/// Does work in a transaction that sees one moment of the source, and forgets what is logged of the time before.
fn at_one_moment<T>(
    source: &mut Side,
    begun: &Begun,
    work: impl FnOnce(&mut Side) -> Result<T, TransferError>,
) -> Result<T, TransferError> {
    source.begin_snapshot()?;
    let worked = work(source).and_then(|done| Ok((done, log::seen(source, &begun.id)?)));
    let (done, seen) = source.end(worked)?;
    log::forget(source, &seen, &begun.id)?;
    Ok(done)
}

/// Begins a transaction that holds the tables of the source locked, and returns since when servers may have waited for them.
/// `before` is called before each try.
#[expect(clippy::disallowed_methods, reason = "a duration is measured")]
fn lock(
    source: &mut Side,
    mut before: impl FnMut(&mut Side) -> Result<(), TransferError>,
) -> Result<Instant, TransferError> {
    let mut tries = 1;
    loop {
        before(source)?;
        let began = Instant::now();
        match source.begin_locked() {
            Err(TransferError::NotLocked { .. }) if tries < LOCK_TRIES => tries += 1,
            locked => return locked.map(|()| began),
        }
        thread::sleep(LOCK_PAUSE);
    }
}

/// Copies the last changes, has source and target agree on a new id, and closes the source, in the transaction that holds its tables
/// locked. No statement of any release works on tables with other names, and none starts on the migration [`MOVED`].
fn close(source: &mut Side, target: &mut Side, begun: &Begun) -> Result<u64, TransferError> {
    log::expect_whole(source, &begun.id)?;
    schema::expect_of_this_release(source)?;
    schema::expect_columns(source)?;
    let followed = round(source, target, pages::compare)?;
    agree(source, target, begun)?;
    log::remove(source)?;
    for Table { name, .. } in &TABLES {
        source.batch(&format!("ALTER TABLE {name} RENAME TO closed_{name}"))?;
    }
    source.batch(&format!(
        "INSERT INTO __diesel_schema_migrations (version) VALUES ('{MOVED}'); \
         UPDATE schema_compatibility SET oldest_migration = '{MOVED}'"
    ))?;
    Ok(followed)
}

//! The log of changes in the source: triggers add the key of each row that is inserted, updated or deleted, in the same
//! transaction. A key is there as often as its row was written. What became of the row is not logged, so the order does not matter.

use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::Text;

use super::side::Side;
use super::statements::{PAGE, row_of};
use super::tables::{TABLES, Table};
use super::{TransferError, schema};
use crate::store::engine::connection::Backend;
use crate::store::engine::open_error::one_line;

/// The copy that a source is being copied by.
#[derive(QueryableByName)]
pub(super) struct Begun {
    /// Random; the target has it too. Each call gives it another one, and once more when it closes the source, which the finished target
    /// alone has.
    #[diesel(sql_type = Text)]
    pub(super) id: String,
    /// The URL of the target, without a password.
    #[diesel(sql_type = Text)]
    pub(super) target: String,
    /// The source's `oldest_migration`, which the target gets at the end.
    #[diesel(sql_type = Text)]
    pub(super) oldest_migration: String,
}

/// A random id.
pub(super) fn new_id(source: &mut Side) -> Result<String, TransferError> {
    let ids = source.lines(match source.backend() {
        Backend::Postgres => "SELECT gen_random_uuid()::text AS line",
        Backend::Sqlite => "SELECT lower(hex(randomblob(16))) AS line",
    })?;
    Ok(ids.concat())
}

/// The copy that was begun, if any.
pub(super) fn begun(source: &mut Side) -> Result<Option<Begun>, TransferError> {
    if !schema::catalog(source)?.contains("live_copy.id") {
        return Ok(None);
    }
    let begun = sql_query("SELECT id, target, oldest_migration FROM live_copy")
        .get_result(&mut source.connection)
        .optional();
    begun.map_err(|error| source.failed(one_line(&error)))
}

/// Makes the log, in a transaction that holds the tables locked: every other write is before it, and seen by each later
/// snapshot, or after it, and logged.
pub(super) fn install(source: &mut Side, target: &str) -> Result<(), TransferError> {
    source.batch(match source.backend() {
        Backend::Postgres => {
            "CREATE TABLE live_copy (id text NOT NULL PRIMARY KEY, target text NOT NULL, oldest_migration text NOT NULL); \
             GRANT SELECT ON live_copy TO PUBLIC; \
             CREATE TABLE live_copy_changes (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, \
             table_name text COLLATE \"C\" NOT NULL, key text COLLATE \"C\" NOT NULL); \
             CREATE INDEX live_copy_changes_key ON live_copy_changes (table_name, key)"
        }
        Backend::Sqlite => {
            "CREATE TABLE live_copy (id TEXT NOT NULL PRIMARY KEY, target TEXT NOT NULL, oldest_migration TEXT NOT NULL) STRICT; \
             CREATE TABLE live_copy_changes (id INTEGER PRIMARY KEY AUTOINCREMENT, table_name TEXT NOT NULL, \
             key TEXT NOT NULL) STRICT; \
             CREATE INDEX live_copy_changes_key ON live_copy_changes (table_name, key)"
        }
    })?;
    for script in triggers(source)? {
        source.batch(&script)?;
    }
    let id = new_id(source)?;
    source.execute(
        &format!(
            "INSERT INTO live_copy SELECT '{id}', $1, oldest_migration FROM schema_compatibility"
        ),
        target,
    )
}

fn triggers(source: &mut Side) -> Result<Vec<String>, TransferError> {
    match source.backend() {
        Backend::Sqlite => Ok(TABLES.iter().map(sqlite_triggers).collect()),
        Backend::Postgres => {
            let schema = source.lines("SELECT quote_ident(current_schema()) AS line")?;
            let schema = schema.concat();
            let triggers = TABLES.iter().map(|table| postgres_trigger(table, &schema));
            Ok(triggers.collect())
        }
    }
}

fn sqlite_triggers(table: &Table) -> String {
    let name = table.name;
    let note = |row: &str, condition: &str| {
        let key = row_of(row, table.key(), Backend::Sqlite);
        format!(
            "INSERT INTO live_copy_changes (table_name, key) SELECT '{name}', {key} WHERE {condition};"
        )
    };
    let moved = is_moved(table, "IS NOT");
    let (old, new) = (note("OLD.", "true"), note("NEW.", "true"));
    let old_if_moved = note("OLD.", &moved);
    format!(
        "CREATE TRIGGER live_copy_insert_{name} AFTER INSERT ON {name} BEGIN {new} END; \
         CREATE TRIGGER live_copy_update_{name} AFTER UPDATE ON {name} BEGIN {old_if_moved} {new} END; \
         CREATE TRIGGER live_copy_delete_{name} AFTER DELETE ON {name} BEGIN {old} END"
    )
}

/// The server's user needs no right to the log: the function has those of whoever copies. Triggers are on for sessions, too, that call
/// themselves a replica's.
fn postgres_trigger(table: &Table, schema: &str) -> String {
    let name = table.name;
    let note = |row: &str| {
        let key = row_of(row, table.key(), Backend::Postgres);
        format!(
            "INSERT INTO {schema}.live_copy_changes (table_name, key) VALUES ('{name}', {key});"
        )
    };
    let (old, new) = (note("OLD."), note("NEW."));
    let moved = is_moved(table, "IS DISTINCT FROM");
    format!(
        "CREATE FUNCTION {schema}.live_copy_note_{name}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER \
         SET search_path = {schema}, pg_temp AS $note$ BEGIN \
         IF TG_OP = 'TRUNCATE' THEN RAISE EXCEPTION 'rows are being copied from this table, and a copy does not see TRUNCATE: use DELETE'; END IF; \
         IF TG_OP = 'DELETE' THEN {old} RETURN NULL; END IF; \
         IF TG_OP = 'UPDATE' THEN IF {moved} THEN {old} END IF; END IF; \
         {new} RETURN NULL; END $note$; \
         CREATE TRIGGER live_copy_note AFTER INSERT OR UPDATE OR DELETE ON {name} \
         FOR EACH ROW EXECUTE FUNCTION {schema}.live_copy_note_{name}(); \
         CREATE TRIGGER live_copy_truncate BEFORE TRUNCATE ON {name} \
         FOR EACH STATEMENT EXECUTE FUNCTION {schema}.live_copy_note_{name}(); \
         ALTER TABLE {name} ENABLE ALWAYS TRIGGER live_copy_note, ENABLE ALWAYS TRIGGER live_copy_truncate"
    )
}

/// Whether an update has changed the key.
fn is_moved(table: &Table, differs: &str) -> String {
    let columns = table.key().iter();
    let moved = columns.map(|column| format!("OLD.{0} {differs} NEW.{0}", column.name));
    moved.collect::<Vec<_>>().join(" OR ")
}

/// Refuses a log that is not this copy's any more.
fn expect_own(source: &mut Side, id: &str) -> Result<(), TransferError> {
    match begun(source)? {
        Some(begun) if begun.id == id => Ok(()),
        Some(_) | None => Err(TransferError::Superseded(source.url.clone())),
    }
}

/// Gives the log of this copy another id.
pub(super) fn rename(source: &mut Side, from: &str, to: &str) -> Result<(), TransferError> {
    expect_own(source, from)?;
    source.execute("UPDATE live_copy SET id = $1", to)
}

/// Refuses a log that lacks triggers, or that is not this copy's any more.
pub(super) fn expect_whole(source: &mut Side, id: &str) -> Result<(), TransferError> {
    let names: Vec<_> = TABLES
        .iter()
        .map(|table| format!("'{}'", table.name))
        .collect();
    let names = names.join(", ");
    let (query, each) = match source.backend() {
        Backend::Postgres => (
            format!(
                "SELECT count(*) AS number FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid \
                 WHERE t.tgname IN ('live_copy_note', 'live_copy_truncate') AND t.tgenabled = 'A' AND c.relname IN ({names}) \
                 AND c.relnamespace = current_schema()::regnamespace"
            ),
            2,
        ),
        Backend::Sqlite => (
            format!(
                "SELECT count(*) AS number FROM sqlite_schema WHERE type = 'trigger' AND tbl_name IN ({names}) \
                 AND name LIKE 'live\\_copy\\_%' ESCAPE '\\'"
            ),
            3,
        ),
    };
    expect_own(source, id)?;
    match usize::try_from(source.number(&query)?) == Ok(TABLES.len() * each) {
        true => Ok(()),
        false => Err(TransferError::LogIncomplete(source.url.clone())),
    }
}

/// A page of the logged keys of a table, after this one, each once.
pub(super) fn keys(
    source: &mut Side,
    table: &Table,
    after: &str,
) -> Result<Vec<String>, TransferError> {
    let name = table.name;
    source.lines_with(
        &format!(
            "SELECT DISTINCT key AS line FROM live_copy_changes WHERE table_name = '{name}' AND key > $1 ORDER BY key LIMIT {PAGE}"
        ),
        after,
    )
}

/// What a snapshot holds of the log.
pub(super) enum Seen {
    /// It was deleted in the transaction of the snapshot, which deletes no row that it does not see.
    Deleted,
    /// SQLite commits in the order of the numbers: everything up to this one.
    UpTo(i64),
}

/// Notes what the snapshot of the current transaction holds of this copy's log, which is to be deleted.
pub(super) fn seen(snapshot: &mut Side, id: &str) -> Result<Seen, TransferError> {
    match snapshot.backend() {
        Backend::Postgres => {
            expect_own(snapshot, id)?;
            snapshot.batch("DELETE FROM live_copy_changes")?;
            Ok(Seen::Deleted)
        }
        Backend::Sqlite => {
            let last = "SELECT coalesce(max(id), 0) AS number FROM live_copy_changes";
            Ok(Seen::UpTo(snapshot.number(last)?))
        }
    }
}

/// So many rows of the log are deleted at once: servers that write wait for as long.
const FORGOTTEN_AT_ONCE: i64 = 10_000;

/// Deletes what was seen, after the snapshot's transaction. Where that is not done to its end, the rest is copied again.
pub(super) fn forget(source: &mut Side, seen: &Seen, id: &str) -> Result<(), TransferError> {
    let Seen::UpTo(last) = *seen else {
        return Ok(());
    };
    loop {
        let end = source.transact(|source| {
            expect_own(source, id)?;
            let first =
                format!("SELECT coalesce(min(id), {last}) AS number FROM live_copy_changes");
            let end = source.number(&first)?.saturating_add(FORGOTTEN_AT_ONCE);
            let end = end.min(last);
            source.batch(&format!("DELETE FROM live_copy_changes WHERE id <= {end}"))?;
            Ok(end)
        })?;
        if end == last {
            return Ok(());
        }
    }
}

/// Removes the triggers and what they logged, in a transaction that holds the tables locked.
pub(super) fn remove(source: &mut Side) -> Result<(), TransferError> {
    let backend = source.backend();
    let scripts = TABLES.iter().map(|Table { name, .. }| match backend {
        Backend::Postgres => format!(
            "DROP TRIGGER IF EXISTS live_copy_note ON {name}; DROP TRIGGER IF EXISTS live_copy_truncate ON {name}; \
             DROP FUNCTION IF EXISTS live_copy_note_{name}()"
        ),
        Backend::Sqlite => format!(
            "DROP TRIGGER IF EXISTS live_copy_insert_{name}; DROP TRIGGER IF EXISTS live_copy_update_{name}; \
             DROP TRIGGER IF EXISTS live_copy_delete_{name}"
        ),
    });
    source.batch(&scripts.collect::<Vec<_>>().join("; "))?;
    source.batch("DROP TABLE live_copy_changes")
}

#[cfg(test)]
mod tests {
    use diesel::connection::SimpleConnection;
    use diesel::sqlite::SqliteConnection;

    use super::*;
    use crate::store::DatabaseUrl;

    #[test]
    fn a_long_log_is_forgotten_as_far_as_it_was_seen() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("azuma.db");
        let path = path.to_str().unwrap();
        let mut file = SqliteConnection::establish(path).unwrap();
        file.batch_execute(
            "CREATE TABLE live_copy (id TEXT, target TEXT, oldest_migration TEXT); INSERT INTO live_copy VALUES ('own', '', ''); \
             CREATE TABLE live_copy_changes (id INTEGER PRIMARY KEY, key TEXT); \
             WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 35000) \
             INSERT INTO live_copy_changes SELECT i, 'x' FROM n",
        )
        .unwrap();
        let url = DatabaseUrl::parse(&format!("sqlite://{path}")).unwrap();
        let mut source = Side::open_beside_servers(&url).unwrap();
        forget(&mut source, &Seen::UpTo(34_990), "own").unwrap();
        let left = "SELECT count(*) AS number FROM live_copy_changes WHERE id > 34990";
        assert_eq!(source.number(left).unwrap(), 10);
        let all = "SELECT count(*) AS number FROM live_copy_changes";
        assert_eq!(source.number(all).unwrap(), 10);
        let refused = forget(&mut source, &Seen::UpTo(35_000), "another's").unwrap_err();
        assert!(matches!(refused, TransferError::Superseded(_)));
        assert_eq!(source.number(all).unwrap(), 10);
    }
}

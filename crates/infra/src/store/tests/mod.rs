//! What the store contract leaves open: files, migrations, time limits. Here on SQLite; black-box tests do the same on
//! Postgres.

mod retries;
mod the_executor;
mod unreadable;

use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use azuma_domain::ports::{Decision, Store, StoreError, StoreExt, Work};
use azuma_testkit::sample::{account, name, now, user_id};
use diesel::connection::SimpleConnection;
use tempfile::TempDir;

use super::engine::connection::DbConnection;
use super::engine::sqlite_file;
use super::{DatabaseUrl, DieselStore, MigrateError, OpenError, PoolOptions, Pooling, migrate};

fn file_in(directory: &Path) -> DatabaseUrl {
    let text = format!("sqlite://{}/data/azuma.db", directory.display());
    DatabaseUrl::parse(&text).expect("a database URL")
}

/// A migrated database file, and the directory that deletes it when it is dropped.
fn fresh() -> (TempDir, DatabaseUrl) {
    let directory = tempfile::tempdir().expect("a directory");
    let url = file_in(directory.path());
    migrate(&url).expect("a database");
    (directory, url)
}

fn open(url: &DatabaseUrl, options: PoolOptions) -> Arc<dyn Store> {
    Arc::new(DieselStore::open(url, options).expect("a store"))
}

fn connect(url: &DatabaseUrl) -> DbConnection {
    DbConnection::open(url, Pooling::Session, Duration::from_secs(1)).expect("a connection")
}

#[test]
fn a_new_file_and_its_directory_are_for_their_owner_alone() {
    let (directory, _) = fresh();
    let mode = |path: &str| {
        let metadata = fs::metadata(directory.path().join(path)).expect("it is there");
        metadata.permissions().mode() & 0o777
    };
    assert_eq!(mode("data"), 0o700);
    assert_eq!(mode("data/azuma.db"), 0o600);
}

/// The directories of migrations of a database, in their order.
fn migrations(database: &str) -> Vec<String> {
    let directory = format!("{}/../../migrations/{database}", env!("CARGO_MANIFEST_DIR"));
    let entries = fs::read_dir(directory).expect("a directory of migrations");
    let name = |entry: io::Result<fs::DirEntry>| entry.expect("an entry").file_name();
    let names = entries.map(|entry| name(entry).into_string().expect("a name"));
    let mut names: Vec<String> = names.collect();
    names.sort();
    names
}

/// Cargo does not notice a new directory of migrations; a change to `migrate.rs` makes it look again.
#[test]
fn both_databases_have_the_same_migrations_and_the_binary_runs_each_once() {
    let directory = tempfile::tempdir().expect("a directory");
    let url = file_in(directory.path());
    assert_eq!(migrations("postgres"), migrations("sqlite"));
    assert_eq!(migrate(&url).expect("a database"), migrations("sqlite"));
    assert_eq!(migrate(&url).expect("a database"), Vec::<String>::new());
}

#[test]
fn of_racing_migrations_one_migrates_and_all_succeed() {
    let directory = tempfile::tempdir().expect("a directory");
    let url = file_in(directory.path());
    let applied: usize = thread::scope(|scope| {
        let racing: Vec<_> = (0..8).map(|_| scope.spawn(|| migrate(&url))).collect();
        racing
            .into_iter()
            .map(|thread| thread.join().expect("no panic").expect("a database").len())
            .sum()
    });
    assert_eq!(applied, migrations("sqlite").len());
}

#[test]
fn a_database_that_a_later_release_has_changed_too_much_is_refused() {
    let (_directory, url) = fresh();
    connect(&url)
        .batch_execute(
            "INSERT INTO __diesel_schema_migrations (version) VALUES ('9998'), ('9999');
             UPDATE schema_compatibility SET oldest_migration = '9998'",
        )
        .expect("later migrations");
    let error = migrate(&url).expect_err("it is too new");
    assert!(
        matches!(&error, MigrateError::Later(later) if later == "9998, 9999"),
        "{error}"
    );
}

#[test]
fn a_database_newer_than_the_binary_is_left_alone() {
    let (_directory, url) = fresh();
    let mut connection = connect(&url);
    connection
        .batch_execute("INSERT INTO __diesel_schema_migrations (version) VALUES ('9999')")
        .expect("a later migration");
    assert_eq!(migrate(&url).expect("a database"), Vec::<String>::new());
}

#[test]
fn a_migration_that_fails_leaves_nothing_behind() {
    let directory = tempfile::tempdir().expect("a directory");
    let url = file_in(directory.path());
    sqlite_file::make(url.sqlite_path().expect("a file")).expect("an empty file");
    let mut connection = connect(&url);
    connection
        .batch_execute("CREATE TABLE outbox (x INTEGER)")
        .expect("a table in the way");
    let error = migrate(&url).expect_err("the table is in the way");
    assert!(matches!(error, MigrateError::Failed(_)));
    assert!(
        error.to_string().contains("table outbox already exists"),
        "{error}"
    );
    let users = connection.batch_execute("SELECT * FROM users");
    assert!(users.is_err());
}

#[test]
fn down_undoes_up() {
    let (_directory, url) = fresh();
    let mut connection = connect(&url);
    let down = include_str!("../../../../../migrations/sqlite/0001_accounts/down.sql");
    connection.batch_execute(down).expect("it runs");
    let up = include_str!("../../../../../migrations/sqlite/0001_accounts/up.sql");
    connection.batch_execute(up).expect("nothing is left");
}

#[test]
fn what_cannot_be_opened_is_said_in_a_sentence() {
    let directory = tempfile::tempdir().expect("a directory");
    fs::write(directory.path().join("data"), "a file").expect("a file in the way");
    let error = migrate(&file_in(directory.path())).expect_err("there is no directory");
    assert!(matches!(
        error,
        MigrateError::Open(OpenError::Directory { .. })
    ));

    let nowhere = "postgres://azuma:secret@127.0.0.1:1/azuma";
    let url = DatabaseUrl::parse(nowhere).expect("a database URL");
    let error = migrate(&url).expect_err("nobody listens").to_string();
    assert!(
        error.starts_with("cannot open the database postgres://azuma:********@127.0.0.1:1/azuma: ")
    );
    assert!(
        !error.contains("secret") && !error.contains('\n'),
        "{error}"
    );
}

#[test]
fn a_file_that_is_no_database_is_refused() {
    let directory = tempfile::tempdir().expect("a directory");
    fs::create_dir(directory.path().join("data")).expect("a directory");
    fs::write(
        directory.path().join("data/azuma.db"),
        "no database".repeat(100),
    )
    .expect("a file");
    let error = migrate(&file_in(directory.path())).expect_err("it is no database");
    assert!(
        error.to_string().ends_with("file is not a database"),
        "{error}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_writer_does_not_wait_for_readers() {
    let (_directory, url) = fresh();
    let options = PoolOptions {
        max_connections: 1,
        ..PoolOptions::default()
    };
    let store = open(&url, options);
    let (written, is_written) = std::sync::mpsc::channel();
    let is_written = std::sync::Mutex::new(is_written);
    let reader = store.read(move |_| {
        let is_written = is_written.lock().expect("one reader");
        Ok(is_written.recv_timeout(Duration::from_secs(4)).is_ok())
    });
    let writer = async {
        let done = store.run(Work::write(|_| Ok(Decision::Commit))).await;
        done.expect("the writer has a connection of its own");
        written.send(()).expect("the reader waits");
    };
    let (read, ()) = tokio::join!(reader, writer);
    assert!(read.expect("the store answers"), "it was written meanwhile");
}

#[test]
fn sqlite_is_compiled_with_the_options_of_the_checkout() {
    #[derive(diesel::QueryableByName)]
    struct Compiled {
        #[diesel(sql_type = diesel::sql_types::Text)]
        compile_options: String,
    }
    let (_directory, url) = fresh();
    let connection = connect(&url);
    let DbConnection::Sqlite(mut connection) = connection else {
        panic!("a file is SQLite's");
    };
    let asked = diesel::sql_query("PRAGMA compile_options");
    let options: Vec<Compiled> =
        diesel::RunQueryDsl::load(asked, &mut connection).expect("the options");
    let has = |option: &str| options.iter().any(|one| one.compile_options == option);
    assert!(has("ENABLE_QPSG"), ".cargo/config.toml was not read");
    assert!(!has("ENABLE_MEMORY_MANAGEMENT"));
}

#[tokio::test]
async fn nothing_is_committed_after_a_statement_failed() {
    let (_directory, url) = fresh();
    let store = open(&url, PoolOptions::default());
    let done = store
        .run(Work::write(|tx| {
            let users = tx.users();
            assert!(users.insert(&account(1, "ada")).is_ok());
            assert!(users.insert(&account(2, "Ada")).is_err());
            Ok(Decision::Commit)
        }))
        .await;
    assert!(matches!(done, Err(StoreError::Failed(_))));
    let found = store
        .read(|tx| tx.users().find_by_name(&name("ada"), now()))
        .await;
    assert_eq!(found.expect("the store answers"), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_unit_of_work_that_takes_too_long_is_given_up_and_commits_nothing() {
    let (_directory, url) = fresh();
    let options = PoolOptions {
        timeout: Duration::from_millis(100),
        ..PoolOptions::default()
    };
    let store = open(&url, options);
    let ended = Arc::new(AtomicBool::new(false));
    let end = Arc::clone(&ended);
    let done = store
        .run(Work::write(move |tx| {
            assert!(tx.users().insert(&account(1, "ada")).is_ok());
            thread::sleep(Duration::from_millis(300));
            end.store(true, Ordering::SeqCst);
            Ok(Decision::Commit)
        }))
        .await;
    assert!(matches!(done, Err(StoreError::Unavailable(_))));
    assert!(!ended.load(Ordering::SeqCst), "the answer did not wait");
    // The next write begins when the writer has ended.
    tokio::time::sleep(Duration::from_millis(300)).await;
    let found = store.read(|tx| tx.users().find(user_id(1))).await;
    assert_eq!(found.expect("the store answers"), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_another_process_holds_is_unavailable() {
    let (_directory, url) = fresh();
    let options = PoolOptions {
        timeout: Duration::from_millis(200),
        ..PoolOptions::default()
    };
    let store = open(&url, options);
    let mut other = connect(&url);
    other.batch_execute("BEGIN IMMEDIATE").expect("the lock");
    let held = store.run(Work::write(|_| Ok(Decision::Commit))).await;
    assert!(matches!(held, Err(StoreError::Unavailable(_))));
    other.batch_execute("ROLLBACK").expect("the lock is free");
    let free = store.run(Work::write(|_| Ok(Decision::Commit))).await;
    free.expect("the lock is free");
}

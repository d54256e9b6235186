//! Backups that are made.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use azuma_tests::Database;
use azuma_tests::clients::{Http, Legacy};
use azuma_tests::disk::{DiskState, FailingDisk, SmallDisk};
use azuma_tests::people::Person;
use azuma_tests::server::Server;
use tokio::task::JoinSet;

use super::{Backup, names_in, person, restore, server};

/// Clients that register users without a pause.
struct Load {
    clients: JoinSet<()>,
    /// How many users were told that they are registered.
    registered: Arc<AtomicUsize>,
    ends: Arc<AtomicBool>,
}

impl Load {
    fn on(server: &Server) -> Self {
        let mut load = Self {
            clients: JoinSet::new(),
            registered: Arc::default(),
            ends: Arc::default(),
        };
        for client in 0..3 {
            let legacy = Legacy::new(Http::new(server.address()));
            let (registered, ends) = (Arc::clone(&load.registered), Arc::clone(&load.ends));
            load.clients.spawn(async move {
                let mut number = 0;
                while !ends.load(Ordering::SeqCst) {
                    number += 1;
                    legacy
                        .sign_up(&Person::named(&format!("c{client}-{number}")))
                        .await;
                    registered.fetch_add(1, Ordering::SeqCst);
                }
            });
        }
        load
    }

    fn registered(&self) -> usize {
        self.registered.load(Ordering::SeqCst)
    }

    /// All were registered without an error.
    async fn end(self) -> usize {
        self.ends.store(true, Ordering::SeqCst);
        self.clients.join_all().await;
        self.registered.load(Ordering::SeqCst)
    }
}

async fn back_up(server: &Server, name: &'static str) -> Backup {
    let setup = server.setup().clone();
    let made = tokio::task::spawn_blocking(move || Backup::of(&setup, name));
    made.await.expect("the command ends")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_under_load_is_what_one_moment_saw_and_costs_no_request() {
    let (server, _) = server();
    let load = Load::on(&server);
    let mut last = 0;
    for name in ["first", "second"] {
        while load.registered() < last + 20 {
            tokio::task::yield_now().await;
        }
        let before = load.registered();
        let backup = back_up(&server, name).await;
        let after = load.registered() + 3;
        let database = backup.database();
        assert_eq!(database.ask("PRAGMA integrity_check"), "ok");
        let users = database.users();
        assert!(
            (before..=after).contains(&users),
            "{before} {users} {after}"
        );
        assert!(users > last, "the second has more");
        // A registration is one transaction.
        let torn = "SELECT count(*) FROM users WHERE id NOT IN (SELECT user_id FROM sessions)";
        assert_eq!(database.ask(torn), "0");
        assert_eq!(backup.manifest()["rows"]["users"], users);
        last = users;
    }
    load.end().await;
}

fn mode_of(path: &Path) -> u32 {
    fs::metadata(path)
        .expect("it is there")
        .permissions()
        .mode()
        & 0o7777
}

#[tokio::test]
async fn a_backup_is_three_files_that_only_their_owner_can_read() {
    let (server, _) = server();
    let backup = Backup::of(server.setup(), "backup");
    assert_eq!(
        names_in(&backup.0),
        ["azuma.db", "manifest.json", "secret.key"]
    );
    assert_eq!(mode_of(&backup.0), 0o700);
    for name in names_in(&backup.0) {
        assert_eq!(mode_of(&backup.file(&name)), 0o600, "{name}");
    }
    let key = fs::read(server.data().join("secret.key")).expect("a key");
    assert_eq!(fs::read(backup.file("secret.key")).expect("a key"), key);
}

#[tokio::test]
async fn the_manifest_says_what_the_backup_is() {
    let (server, _) = server();
    server.azuma().sign_up(&person(1)).await;
    server.azuma().sign_in(&person(1)).await;
    let backup = Backup::of(server.setup(), "backup");
    let manifest = backup.manifest();
    assert_eq!(manifest["format"], 1);
    assert_eq!(manifest["azuma"], env!("CARGO_PKG_VERSION"));
    assert_eq!(manifest["secret_key"], "in_backup");
    assert_eq!(manifest["rows"]["users"], 1);
    assert_eq!(manifest["rows"]["sessions"], 2);
    assert_eq!(manifest["schema"][0], "0001");
    let made_at = manifest["made_at"].as_str().expect("a time");
    assert!(
        made_at.starts_with("20") && made_at.ends_with('Z'),
        "{made_at}"
    );
    let files = manifest["files"].as_object().expect("files");
    for (name, digest) in files {
        let length = fs::metadata(backup.file(name)).expect("it is there").len();
        assert_eq!(digest["bytes"], length, "{name}");
    }
    assert_eq!(files.len(), 2);
}

#[tokio::test]
async fn a_key_of_the_configuration_is_not_in_the_backup_and_it_says_so() {
    let key = "YmFja3VwIGJhY2t1cCBiYWNrdXAgYmFja3VwIGJhY2s=";
    let server = Database::Sqlite.server().set("secret_key", key).start();
    let finished = server.setup().run(&["backup", "backup"]);
    let said = finished.success();
    assert!(
        said.contains("in the configuration and not in the backup"),
        "{said}"
    );
    let backup = Backup(server.setup().home().join("backup"));
    assert_eq!(names_in(&backup.0), ["azuma.db", "manifest.json"]);
    assert_eq!(backup.manifest()["secret_key"], "in_configuration");
}

#[tokio::test]
async fn what_a_killed_server_had_only_in_its_log_is_in_the_backup() {
    let (mut server, file) = server();
    server.azuma().sign_up(&person(1)).await;
    server.kill();
    assert!(fs::metadata(file.companion("-wal")).expect("a log").len() > 0);
    assert_eq!(Backup::of(server.setup(), "backup").database().users(), 1);
}

#[tokio::test]
async fn a_deleted_user_is_nowhere_in_the_bytes_of_a_backup() {
    let (server, _) = server();
    let azuma = server.azuma();
    let token = azuma.sign_up(&Person::named("morpheus")).await;
    azuma.delete_self(&token).await.done(204);
    let backup = Backup::of(server.setup(), "backup");
    let bytes = fs::read(backup.file("azuma.db")).expect("a database");
    let holds = |word: &str| bytes.windows(word.len()).any(|at| at == word.as_bytes());
    assert!(!holds("morpheus@example.org"));
}

#[tokio::test]
async fn a_directory_that_holds_something_is_left_alone() {
    let (server, _) = server();
    let setup = server.setup();
    let backup = Backup::of(setup, "backup");
    let manifest = backup.manifest();
    let finished = setup.run(&["backup", "backup"]);
    let said = finished.complaint();
    assert!(said.contains("is not empty"), "{said}");
    assert_eq!(backup.manifest(), manifest);
    let finished = setup.run(&["backup", "no/such/parent"]);
    let said = finished.complaint();
    assert!(said.contains("No such file or directory"), "{said}");
    let finished = setup.run(&["backup", "backup/azuma.db"]);
    let said = finished.complaint();
    assert!(said.contains("Not a directory"), "{said}");
}

#[tokio::test]
async fn an_empty_directory_is_taken_as_it_is() {
    let (server, _) = server();
    let directory = server.setup().home().join("backup");
    fs::create_dir(&directory).expect("a new directory");
    let before = mode_of(&directory);
    let backup = Backup::of(server.setup(), "backup");
    assert_eq!(mode_of(&directory), before);
    assert_eq!(backup.manifest()["format"], 1);
}

#[test]
fn without_a_database_there_is_no_backup() {
    let setup = Database::Sqlite.server();
    let finished = setup.run(&["backup", "backup"]);
    let said = finished.complaint();
    assert!(
        said.contains("there is no database at data/azuma.db"),
        "{said}"
    );
    assert_eq!(names_in(setup.home()), Vec::<String>::new());
}

#[tokio::test]
async fn a_full_disk_is_refused_before_anything_is_written_to_it() {
    let (server, _) = server();
    let disk = SmallDisk::mount();
    let full = disk.fill();
    let directory = disk.path().join("backup");
    let finished = server
        .setup()
        .run(&["backup", directory.to_str().expect("a path")]);
    let said = finished.complaint();
    assert!(said.contains("has room for"), "{said}");
    assert_eq!(names_in(disk.path()), Vec::<String>::new());
    full.end();
    server.azuma().sign_up(&person(1)).await;
}

#[tokio::test]
async fn a_disk_that_fills_up_meanwhile_leaves_no_backup_and_the_server_goes_on() {
    let (server, _) = server();
    server.azuma().sign_up(&person(1)).await;
    let disks = server.setup().home().join("disk");
    fs::create_dir(&disks).expect("a new directory");
    let disk = FailingDisk::of(&disks);
    let setup = server.setup().clone().with_disk(&disk);
    for state in [DiskState::Full, DiskState::Broken] {
        let fault = disk.fail(state);
        fs::create_dir(disks.join("backup")).expect("a new directory");
        let finished = setup.run(&["backup", "disk/backup"]);
        let said = finished.complaint();
        assert!(said.contains("no backup was made"), "{said}");
        assert_eq!(names_in(&disks.join("backup")), Vec::<String>::new());
        fs::remove_dir(disks.join("backup")).expect("an empty directory");
        fault.end();
    }
    server.azuma().sign_up(&person(2)).await;
    let backup = Backup::of(&setup, "disk/backup");
    assert_eq!(backup.database().users(), 2);
}

#[tokio::test]
async fn two_backups_to_one_directory_make_one_or_none() {
    let (server, _) = server();
    for number in 0..20 {
        server.azuma().sign_up(&person(number)).await;
    }
    for round in 0..5 {
        let name = format!("backup-{round}");
        let runs: Vec<_> = (0..3)
            .map(|_| {
                let (setup, name) = (server.setup().clone(), name.clone());
                tokio::task::spawn_blocking(move || setup.run(&["backup", &name]))
            })
            .collect();
        let mut made = 0;
        for run in runs {
            let finished = run.await.expect("the command ends");
            made += usize::from(finished.status.success());
        }
        let directory = server.setup().home().join(&name);
        match made {
            0 => assert!(!directory.join("manifest.json").exists()),
            1 => {
                let elsewhere = server.setup().elsewhere();
                restore(&elsewhere, &Backup(directory), &[]).success();
            }
            _ => panic!("{made} were made"),
        }
    }
}

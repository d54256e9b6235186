//! Copies while servers run on the source.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use azuma_tests::Database;
use azuma_tests::clients::{Answer, Azuma};
use azuma_tests::deadline::Deadline;
use azuma_tests::people::Person;
use azuma_tests::postgres::Cluster;
use azuma_tests::process::{Signal, send};
use azuma_tests::server::{Finished, Server, Setup};
use tokio::runtime::Handle;
use tokio::task::JoinSet;

use super::{FILE, KEY, add_users, ask, file_of, server, wait_for_table};

const USERS: usize = 20_000;
const CLIENTS: usize = 3;

fn copy_live(setup: &Setup, from: &str, to: &str) -> Finished {
    setup.run(&["copy", "--live", "--from", from, "--to", to])
}

/// Begins a copy and kills it so long after its start, unless it was done.
fn kill_a_live_copy(setup: &Setup, from: &str, to: &str, after: Duration) -> Finished {
    let arguments = ["copy", "--live", "--from", from, "--to", to];
    setup.run_while(&arguments, |child| {
        thread::sleep(after);
        send(child, Signal::Kill);
    })
}

/// Whether `azuma doctor` tells of a live copy that was begun and has not ended.
fn is_told_by_the_doctor(setup: &Setup) -> bool {
    let found = setup.run(&["doctor"]).stdout;
    found.contains("warning  database") && found.contains("a live copy to ")
}

/// What a server has confirmed.
#[derive(Default)]
struct Confirmed {
    people: Vec<Person>,
    live: Vec<String>,
    ended: Vec<String>,
    gone: Vec<Person>,
}

/// Whether the server has done it. If it cannot say, nobody knows; any other answer is an error.
fn is_done<T>(answer: &Answer<T>, status: u16) -> bool {
    if answer.status != 503 {
        answer.done(status);
    }
    answer.status == status
}

/// Registers, logs in, renames, logs out and deletes until told to stop.
async fn use_server(azuma: Azuma, client: usize, stop: Arc<AtomicBool>) -> Confirmed {
    let mut confirmed = Confirmed::default();
    for turn in 0.. {
        if stop.load(Ordering::Relaxed) {
            break;
        }
        let mut person = Person::named(&format!("c{client}t{turn}"));
        let Person {
            name,
            email,
            password,
        } = &person;
        let registered = azuma.register(name, email, password).await;
        if !is_done(&registered, 201) {
            tokio::time::sleep(Duration::from_millis(20)).await;
            continue;
        }
        let first = registered.success(201).token;
        let again = azuma.login(name, password).await;
        let second = is_done(&again, 200).then(|| again.success(200).token);
        if turn % 5 == 0 {
            if is_done(&azuma.delete_self_with(&first, password).await, 204) {
                confirmed.gone.push(person);
                confirmed.ended.extend(second);
                confirmed.ended.push(first);
            }
            continue;
        }
        if turn % 2 == 0 {
            let name = format!("{name}-renamed");
            if !is_done(&azuma.rename(&first, &name).await, 200) {
                continue;
            }
            person.name = name;
        }
        if is_done(&azuma.logout(&first).await, 204) {
            confirmed.ended.push(first);
        }
        confirmed.live.extend(second);
        confirmed.people.push(person);
    }
    confirmed
}

async fn expect_everything(server: &Server, confirmed: &Confirmed) {
    let azuma = server.azuma();
    for person in &confirmed.people {
        azuma.sign_in(person).await;
    }
    for token in &confirmed.live {
        azuma.own_user(token).await.done(200);
    }
    for token in &confirmed.ended {
        azuma.own_user(token).await.challenged(true);
    }
    for person in &confirmed.gone {
        azuma.login(&person.name, &person.password).await.done(404);
    }
}

/// Has two users exchange their names and addresses, as an operator could.
fn exchange() -> String {
    let each = |from: &str, to: &str| {
        let (name, address) = (format!("'{to}'"), format!("'{to}@example.org'"));
        format!(
            "UPDATE users SET name = {name}, name_key = {name}, email = {address}, email_key = {address} WHERE name_key = '{from}'; "
        )
    };
    [
        each("morpheus", "nobody"),
        each("niobe", "morpheus"),
        each("nobody", "niobe"),
    ]
    .concat()
}

/// Moves a server that is in use; `change` runs SQL on its database, and `there` is the setup of the server on the copy.
async fn move_in_use(
    server: &mut Server,
    there: &Setup,
    from: &str,
    to: &str,
    change: impl Fn(&str),
) {
    let (morpheus, niobe) = (Person::named("morpheus"), Person::named("niobe"));
    let azuma = server.azuma();
    let tokens = [azuma.sign_up(&morpheus).await, azuma.sign_up(&niobe).await];
    azuma.own_user(&tokens[0]).await.done(200);
    let stop = Arc::new(AtomicBool::new(false));
    let mut clients = JoinSet::new();
    for client in 0..CLIENTS {
        clients.spawn(use_server(server.azuma(), client, Arc::clone(&stop)));
    }
    let run = match from == FILE {
        true => server.setup().clone(),
        false => there.clone(),
    };
    let kill_after = |millis| {
        let after = Duration::from_millis(millis);
        tokio::task::block_in_place(|| kill_a_live_copy(&run, from, to, after))
    };
    let killed = kill_after(250);
    assert!(!killed.status.success(), "it was done: {}", killed.stdout);
    change(&exchange());
    let mut finished = kill_after(500);
    if !finished.status.success() {
        finished = tokio::task::block_in_place(|| copy_live(&run, from, to));
    }
    let said = finished.success();
    assert!(said.contains("the source is closed"), "{said}");

    // The source answers no more, and nothing starts on it.
    let mut ready = server.get("/readyz").send().await;
    while ready.status == 200 {
        tokio::time::sleep(Duration::from_millis(50)).await;
        ready = server.get("/readyz").send().await;
    }
    assert_eq!(ready.status, 503);
    assert!(
        ready.text().contains(r#""migrations":"moved""#),
        "{}",
        ready.text()
    );
    azuma.login("morpheus", "x").await.done(503);
    server.prints("this database was moved to").await;
    stop.store(true, Ordering::Relaxed);
    let confirmed = clients.join_all().await;
    server.terminate().await;
    let printed = server.output();
    assert!(
        !printed.contains("could not be written, and are lost"),
        "it tried until it was too late"
    );
    for command in [&["serve"][..], &["user", "list"], &["migrate"]] {
        let finished = server.setup().run(command);
        let said = finished.complaint();
        assert!(said.contains("has moved this database to"), "{said}");
    }
    let again = copy_live(&run, from, to);
    let said = again.complaint();
    assert!(said.contains("was moved to"), "{said}");

    let there = there.clone().start();
    for one in &confirmed {
        assert!(!one.live.is_empty(), "nothing was done");
        expect_everything(&there, one).await;
    }
    let azuma = there.azuma();
    for token in &tokens {
        azuma.own_user(token).await.done(200);
    }
    azuma.login("niobe", &morpheus.password).await.done(200);
    azuma.login("morpheus", &niobe.password).await.done(200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_in_use_moves_to_postgres_and_nothing_confirmed_is_lost() {
    let mut server = server();
    let file = file_of(server.setup());
    add_users(&file, USERS);
    let url = Cluster::shared().create_database();
    let there = server.setup().elsewhere().set("database.url", &url);
    let change = |script: &str| drop(file.ask(&format!("BEGIN IMMEDIATE; {script} COMMIT")));
    move_in_use(&mut server, &there, FILE, &url, change).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_in_use_moves_to_sqlite_and_nothing_confirmed_is_lost() {
    let mut server = Database::Postgres.server().set("secret_key", KEY).start();
    let url = server
        .setup()
        .get("database.url")
        .expect("a URL")
        .to_owned();
    ask(
        &url,
        &format!(
            "INSERT INTO users (id, name, name_key, password_hash, created_at) \
             SELECT gen_random_uuid(), 'u' || i, 'u' || i, 'x', now() FROM generate_series(1, {USERS}) AS n (i)"
        ),
    );
    let there = server.setup().elsewhere().unset("database.url");
    let change = |script: &str| drop(ask(&url, script));
    move_in_use(&mut server, &there, &url, FILE, change).await;
}

#[tokio::test]
async fn a_copy_that_was_killed_after_it_had_closed_the_source_is_opened_by_another_call() {
    let mut server = server();
    let neo = server.azuma().sign_up(&Person::named("neo")).await;
    let setup = server.setup().clone();
    let url = Cluster::shared().create_database();
    copy_live(&setup, FILE, &url).success();
    server.terminate().await;
    // As another copy that was begun and not finished is.
    ask(
        &url,
        "CREATE TABLE unfinished_copy (history text NOT NULL); INSERT INTO unfinished_copy VALUES ('live:stale'); \
             INSERT INTO __diesel_schema_migrations (version) VALUES ('copy'); \
             UPDATE schema_compatibility SET oldest_migration = 'copy'",
    );
    let there = setup.elsewhere().set("database.url", &url);
    let refused = there.run(&["serve"]);
    assert!(refused.complaint().contains("is not finished"));
    let stale = copy_live(&setup, FILE, &url);
    assert!(stale.complaint().contains("was not finished then"));
    // As the call that closes the source leaves it until it opens the copy.
    let id = file_of(&setup).ask("SELECT id FROM live_copy");
    ask(
        &url,
        &format!("INSERT INTO unfinished_copy VALUES ('live:{id}')"),
    );
    let other_spelling = format!("{url}?application_name=copy");
    let finished = copy_live(&setup, FILE, &other_spelling);
    assert!(finished.success().contains("is now open"));
    let backup = setup.run(&["backup", "backup"]);
    assert!(backup.complaint().contains("was moved to"));
    there.start().azuma().own_user(&neo).await.done(200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn servers_go_on_soon_after_a_copy_was_stopped_that_holds_the_lock() {
    let server = Database::Postgres.server().start();
    let setup = server.setup();
    let source = setup.get("database.url").expect("a URL").to_owned();
    let url = Cluster::shared().create_database();
    let locked = "DO $$ BEGIN WHILE NOT EXISTS (SELECT FROM pg_locks WHERE mode = 'AccessExclusiveLock' AND granted \
                  AND relation = 'users'::regclass) LOOP PERFORM pg_sleep(0.001); END LOOP; END $$";
    let arguments = ["copy", "--live", "--from", &source, "--to", &url];
    let azuma = server.azuma();
    let neo = Person::named("neo");
    let runtime = Handle::current();
    let stopped = setup.run_while(&arguments, |child| {
        ask(&source, locked);
        send(child, Signal::Stop);
        let deadline = Deadline::in_seconds(30);
        tokio::task::block_in_place(|| {
            runtime.block_on(async {
                while azuma
                    .register(&neo.name, &neo.email, &neo.password)
                    .await
                    .status
                    != 201
                {
                    assert!(!deadline.is_over(), "the tables are still locked");
                    deadline.step().await;
                }
            });
        });
        send(child, Signal::Kill);
    });
    assert!(!stopped.status.success(), "it was done: {}", stopped.stdout);
}

#[tokio::test]
async fn no_session_of_postgres_changes_rows_without_the_copy() {
    let server = Database::Postgres.server().start();
    let setup = server.setup();
    let source = setup.get("database.url").expect("a URL").to_owned();
    ask(
        &source,
        "INSERT INTO users (id, name, name_key, password_hash, created_at) \
         SELECT gen_random_uuid(), 'u' || i, 'u' || i, 'x', now() FROM generate_series(1, 1000) AS n (i)",
    );
    let url = Cluster::shared().create_database();
    let arguments = ["copy", "--live", "--from", &source, "--to", &url];
    let killed = setup.run_while(&arguments, |child| {
        wait_for_table(&source, "live_copy");
        send(child, Signal::Kill);
    });
    assert!(!killed.status.success(), "it was done: {}", killed.stdout);
    assert!(is_told_by_the_doctor(setup));
    let truncated = "DO $$ BEGIN TRUNCATE users CASCADE; EXCEPTION WHEN raise_exception THEN NULL; END $$; \
                     SELECT count(*) FROM users";
    assert!(ask(&source, truncated).ends_with("1000"));
    let as_replica = "SET session_replication_role = replica; DELETE FROM users WHERE name = 'u1'; \
                      SELECT count(*) FROM live_copy_changes WHERE table_name = 'users'";
    assert!(ask(&source, as_replica).ends_with('1'));
    copy_live(setup, &source, &url).success();
    assert_eq!(ask(&url, "SELECT count(*) FROM users"), "999");
    assert!(!is_told_by_the_doctor(setup));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_live_copy_that_is_given_up_leaves_the_source_as_it_was() {
    let server = server();
    let setup = server.setup();
    let file = file_of(setup);
    add_users(&file, USERS);
    let of_the_copy = "SELECT count(*) FROM sqlite_schema WHERE name LIKE 'live_copy%'";
    let url = Cluster::shared().create_database();
    let arguments = ["copy", "--live", "--from", FILE, "--to", &url];
    let killed = setup.run_while(&arguments, |child| {
        wait_for_table(&url, "unfinished_copy");
        send(child, Signal::Kill);
    });
    assert!(!killed.status.success(), "it was done: {}", killed.stdout);
    assert_ne!(file.ask(of_the_copy), "0");
    let other = Cluster::shared().create_database();
    let refused = copy_live(setup, FILE, &other);
    assert!(refused.complaint().contains("give it up with"));
    assert!(is_told_by_the_doctor(setup));

    setup.run(&["copy", "--abandon", "--from", FILE]).success();
    assert_eq!(file.ask(of_the_copy), "0");
    assert!(!is_told_by_the_doctor(setup));
    let refused = setup.run(&["copy", "--abandon", "--from", FILE]);
    assert!(refused.complaint().contains("no live copy"));
    server.azuma().sign_up(&Person::named("neo")).await;
    let again = copy_live(setup, FILE, &url);
    assert!(again.complaint().contains("copy into a new database"));
    copy_live(setup, FILE, &other).success();
}

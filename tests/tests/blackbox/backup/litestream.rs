//! Litestream beside a server, as `docs/backup.md` has it.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use azuma_tests::clients::{Http, Legacy};
use azuma_tests::deadline::Deadline;
use azuma_tests::litestream::Litestream;
use azuma_tests::scratch;
use azuma_tests::sqlite::SqliteFile;

use super::{person, server};

/// Waits until the copy has this many users.
async fn until_copied(litestream: &Litestream, users: usize) {
    let deadline = Deadline::in_seconds(60);
    loop {
        let to = scratch::fresh_directory("copied").join("azuma.db");
        let found = litestream.restore(&to).map(|()| SqliteFile::at(to).users());
        if found == Ok(users) {
            return;
        }
        assert!(
            !deadline.is_over(),
            "{users} users are not copied: {found:?}"
        );
        deadline.step().await;
    }
}

/// Registers people from this number on, one after the other, until the server is killed; `registered` counts all that were
/// told so.
async fn sign_up_until_killed(legacy: Legacy, registered: Arc<AtomicUsize>) {
    loop {
        let person = person(registered.load(Ordering::SeqCst));
        let sent = legacy.register(&person.name, &person.password);
        match sent.attempt().await {
            Ok(answer) if answer.status == 200 => registered.fetch_add(1, Ordering::SeqCst),
            Ok(_) | Err(_) => return,
        };
    }
}

#[tokio::test]
async fn what_litestream_had_copied_is_restored_after_all_was_killed() {
    let (mut server, _) = server();
    let mut litestream = Litestream::beside(&server);
    for number in 0..10 {
        server.azuma().sign_up(&person(number)).await;
    }
    until_copied(&litestream, 10).await;
    let registered = Arc::new(AtomicUsize::new(10));
    let legacy = Legacy::new(Http::new(server.address()));
    let client = tokio::spawn(sign_up_until_killed(legacy, Arc::clone(&registered)));
    let deadline = Deadline::in_seconds(30);
    while registered.load(Ordering::SeqCst) < 40 {
        assert!(!deadline.is_over(), "{}", server.output());
        deadline.step().await;
    }
    litestream.kill();
    server.kill();
    client.await.expect("the client ends");
    let registered = registered.load(Ordering::SeqCst);

    let setup = server.setup().elsewhere();
    let data = setup.home().join("data");
    fs::create_dir(&data).expect("a new directory");
    let file = SqliteFile::at(data.join("azuma.db"));
    litestream.restore(file.path()).expect("a copy");
    fs::copy(server.data().join("secret.key"), data.join("secret.key")).expect("a key");
    setup
        .run(&["restore", "--finish", "--end-sessions"])
        .success();
    assert_eq!(file.ask("PRAGMA integrity_check"), "ok");
    let copied = file.users();
    assert!(
        (10..=registered + 1).contains(&copied),
        "{copied} of {registered}"
    );
    // What was registered first was copied first: nobody before the last is missing.
    let there = setup.start();
    for number in 0..copied {
        there.azuma().sign_in(&person(number)).await;
    }

    // The server itself has lost nothing, although another program has written checkpoints of its log.
    server.start_again();
    for number in 0..registered {
        server.azuma().sign_in(&person(number)).await;
    }
}

//! Mail is kept for `mail.keep`.

use std::fs::{self, File};
use std::time::UNIX_EPOCH;

use azuma_tests::patience::Patience;
use azuma_tests::people::Person;
use azuma_tests::{Database, on_both_databases};

on_both_databases![an_old_file_goes_and_what_others_wrote_stays];

async fn an_old_file_goes_and_what_others_wrote_stays(db: Database) {
    let mut server = db.server().start();
    let neo = Person::named("neo");
    server.account().sign_up(&neo, &server.mail()).await;
    let folder = server.data().join("mail");
    fs::write(folder.join("notes.eml"), "mine").expect("a file");
    let files: Vec<_> = fs::read_dir(&folder)
        .expect("the folder")
        .map(|entry| entry.expect("a file").path())
        .collect();
    assert_eq!(files.len(), 2);
    for file in &files {
        let file = File::options().write(true).open(file).expect("a file");
        file.set_modified(UNIX_EPOCH).expect("an old file");
    }
    server.restart().await;
    let patience = Patience::of_seconds(30);
    while files.iter().filter(|file| file.exists()).count() > 1 {
        assert!(!patience.is_over(), "{files:?}");
        patience.step().await;
    }
    assert!(folder.join("notes.eml").exists());
    server
        .prints("messages older than `mail.keep` were deleted")
        .await;
}

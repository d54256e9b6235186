use azuma_domain::ports::{Mailer, SendError};

use super::*;

const NAME: &str = "20210328T143940Z-7d0c9a52-45ab-4b8e-9b1e-2f6f0b5c3a11.eml";

#[tokio::test]
async fn a_message_is_one_file_however_often_it_is_sent() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path().join("data/mail");
    let mailer = MailFiles::new(folder.clone(), settings()).unwrap();
    for _ in 0..2 {
        mailer.send(verification(), token()).await.unwrap();
    }
    let names: Vec<_> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    assert_eq!(names, [NAME]);
    let content = std::fs::read_to_string(folder.join(NAME)).unwrap();
    assert!(content.contains("To: neo@example.org\r\n"), "{content}");
    assert!(content.contains(TOKEN), "{content}");
}

#[tokio::test]
async fn a_message_is_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt;

    let folder = tempfile::tempdir().unwrap();
    let mailer = MailFiles::new(folder.path().to_owned(), settings()).unwrap();
    mailer.send(verification(), token()).await.unwrap();
    let mode = std::fs::metadata(folder.path().join(NAME))
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
}

/// A message that was written until then is old.
const LIMIT: Duration = Duration::from_secs(1_616_942_380);

/// Sets the time at which a file was written.
fn written_at(path: &std::path::Path, since_epoch: Duration) {
    let file = std::fs::File::options().write(true).open(path).unwrap();
    file.set_modified(std::time::UNIX_EPOCH + since_epoch)
        .unwrap();
}

fn limit() -> Timestamp {
    Timestamp::from_micros(0).plus(LIMIT)
}

#[tokio::test]
async fn old_messages_go_and_what_others_wrote_stays() {
    let folder = tempfile::tempdir().unwrap();
    let mailer = MailFiles::new(folder.path().to_owned(), settings()).unwrap();
    let id = "7d0c9a52-45ab-4b8e-9b1e-2f6f0b5c3a11";
    let ours = [NAME, ".unfinished-a1b2c3"];
    let young = format!("20210328T143941Z-{id}.eml");
    let foreign = [
        format!("{id}.eml"),
        format!("20210328T143940Z-{id}.eml.bak"),
        format!("20210328T143940Z-{}.eml", id.to_uppercase()),
        format!("20211328T143940Z-{id}.eml"),
        "notes-of-mine.eml".to_owned(),
    ];
    for name in ours.into_iter().chain(foreign.iter().map(String::as_str)) {
        std::fs::write(folder.path().join(name), "text").unwrap();
        written_at(&folder.path().join(name), LIMIT);
    }
    std::fs::write(folder.path().join(&young), "text").unwrap();
    let second = Duration::from_secs(1);
    written_at(&folder.path().join(&young), LIMIT + second);
    assert_eq!(mailer.discard(limit()).await.unwrap(), 2);
    let mut left: Vec<_> = std::fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    left.sort();
    let mut expected: Vec<_> = foreign.into_iter().chain([young]).collect();
    expected.sort();
    assert_eq!(left, expected);
}

#[tokio::test]
async fn an_old_message_that_was_sent_again_stays() {
    let folder = tempfile::tempdir().unwrap();
    let mailer = MailFiles::new(folder.path().to_owned(), settings()).unwrap();
    mailer.send(verification(), token()).await.unwrap();
    written_at(&folder.path().join(NAME), LIMIT);
    mailer.send(verification(), token()).await.unwrap();
    assert_eq!(mailer.discard(limit()).await.unwrap(), 0);
    assert!(folder.path().join(NAME).exists());
}

#[tokio::test]
async fn a_folder_that_is_gone_is_made_again() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path().join("mail");
    let mailer = MailFiles::new(folder.clone(), settings()).unwrap();
    std::fs::remove_dir(&folder).unwrap();
    mailer.send(verification(), token()).await.unwrap();
    assert!(folder.join(NAME).exists());
}

#[tokio::test]
async fn what_cannot_be_written_is_tried_again_later() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path().join("mail");
    let mailer = MailFiles::new(folder.clone(), settings()).unwrap();
    std::fs::remove_dir(&folder).unwrap();
    std::fs::write(&folder, "in the way").unwrap();
    let error = mailer.send(verification(), token()).await.unwrap_err();
    assert!(matches!(error, SendError::Transient(_)), "{error}");
    assert!(
        error.to_string().contains(folder.to_str().unwrap()),
        "{error}"
    );
    assert!(!error.to_string().contains(TOKEN), "{error}");
    assert!(MailFiles::new(folder, settings()).is_err());
}

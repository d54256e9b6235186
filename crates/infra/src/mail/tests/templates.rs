use std::fs;
use std::path::Path;

use tempfile::TempDir;

use super::super::texts::{MailedLink, Texts};
use super::*;

/// A directory with one template.
fn directory(name: &str, content: &str) -> TempDir {
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join(name), content).unwrap();
    directory
}

fn sample() -> InstanceName {
    "Sample".parse().unwrap()
}

fn refusal(name: &str, content: &str) -> String {
    let directory = directory(name, content);
    let refused = Templates::in_directory(directory.path(), &sample()).unwrap_err();
    refused.to_string()
}

fn written(directory: &Path, kind: MailKind, language: Language) -> Texts {
    let templates = Templates::in_directory(directory, &sample()).unwrap();
    let link = kind.link().map(|_| MailedLink::sample());
    templates
        .write(kind, language, &sample(), link.as_ref())
        .unwrap()
}

#[test]
fn every_message_that_is_built_in_can_be_written() {
    // The longest name of an instance.
    let name = "x".repeat(128).parse().unwrap();
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join(".DS_Store"), "hidden").unwrap();
    Templates::in_directory(directory.path(), &name).unwrap();
}

#[test]
fn a_text_of_ones_own_makes_subject_plain_part_and_html() {
    let own = "Subject: Hello {{ instance }}\r\n\r\nGo <here>:\r\n\r\n{{ link }}\r\n";
    let directory = directory("reset_password.en.txt", own);
    let kind = MailKind::ResetPassword(link());
    let texts = written(directory.path(), kind, Language::English);
    assert_eq!(texts.subject, "Hello Sample");
    assert!(
        texts.plain.starts_with("Go <here>:\n\nhttps://"),
        "{}",
        texts.plain
    );
    assert!(texts.html.contains("Go &lt;here&gt;:"), "{}", texts.html);
    assert!(texts.html.contains("<a href=\"https://"), "{}", texts.html);
    let german = written(directory.path(), kind, Language::German);
    assert!(german.plain.starts_with("Hallo"), "{}", german.plain);
}

#[test]
fn html_of_ones_own_goes_before_that_of_all() {
    let own = "<h1>{{ subject }}</h1><a href='{{ link }}'>{{ span }}</a>";
    let directory = directory("reset_password.en.html", own);
    let kind = MailKind::ResetPassword(link());
    let texts = written(directory.path(), kind, Language::English);
    assert!(
        texts.html.starts_with("<h1>Set a new password"),
        "{}",
        texts.html
    );
    let other = written(directory.path(), MailKind::Test, Language::English);
    assert!(!other.html.contains("<h1>"), "{}", other.html);
}

#[test]
fn what_makes_no_message_is_refused_by_the_name_of_its_file() {
    let subject = "Subject: x\n\n";
    for (name, content, problem) in [
        (
            "test.en.txt",
            "Hello",
            "must begin with a line `Subject: ...`",
        ),
        ("test.en.txt", "Subject:  \n\nHello", "subject of 1 to 300"),
        (
            "test.en.txt",
            "Subject: a{{ '\\r' }}x\n\nHello",
            "control character",
        ),
        ("test.de.txt", "Subject: x\n\n{{ lnik }}", "undefined"),
        ("test.de.txt", "Subject: x\n\n{{ link", "cannot be used"),
        ("verify_account.en.txt", subject, "does not show the link"),
        ("verify_account.de.html", "<p>", "does not show the link"),
        ("message.html", "<p>", "does not show the link"),
    ] {
        let said = refusal(name, content);
        assert!(said.contains(name) && said.contains(problem), "{said}");
        assert!(!said.contains('\n'), "{said}");
    }
}

#[test]
fn a_file_that_is_no_template_is_refused() {
    for name in ["verify_acount.en.txt", "test.fr.txt", "README"] {
        let said = refusal(name, "Subject: x\n\n{{ link }}");
        assert!(said.contains(name), "{said}");
    }
    let missing = Path::new("/nonexistent/templates");
    let said = Templates::in_directory(missing, &sample())
        .unwrap_err()
        .to_string();
    assert!(said.contains("/nonexistent/templates"), "{said}");
}

//! Secrets that files hold.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::Command;

use super::{KEY, load, refusal_of, with};

/// A file with this content, in a directory that is removed with the first value.
fn file(content: impl AsRef<[u8]>) -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().expect("a directory");
    let path = folder.path().join("secret");
    fs::write(&path, content).expect("a writable file");
    (folder, path.to_str().expect("UTF-8").to_owned())
}

#[test]
fn a_file_holds_a_secret_with_or_without_the_end_of_its_line() {
    for end in ["", "\n", "\r\n"] {
        let (_folder, path) = file(format!("postgres://u:hunter2@db/azuma{end}"));
        let config = with("AZUMA_DATABASE__URL_FILE", &path).expect("a valid configuration");
        let url = config.database.url.to_string();
        assert_eq!(url, "postgres://u:********@db/azuma");
    }
    let (_folder, key) = file(format!("{KEY}\n"));
    let (_other, keys) = file(format!("{KEY}\n\n  {KEY}\r\n"));
    let (_third, mail) = file("smtps://u:hunter2@mail\n");
    let (_fourth, migrations) = file("postgres://owner:hunter2@db/azuma\n");
    let text = format!(
        "secret_key_file = \"{key}\"\nprevious_secret_keys_file = \"{keys}\"\n\
         [mail]\nurl_file = \"{mail}\"\n[database]\nmigrate_url_file = \"{migrations}\"\n"
    );
    let config = load(&text, &[]).expect("a valid configuration");
    assert!(config.secret_key.is_some() && config.previous_secret_keys.len() == 2);
    assert!(config.mail.url.is_some() && config.database.migrate_url.is_some());
}

#[test]
fn the_printed_configuration_names_the_file_and_loads_again() {
    let (_folder, path) = file("postgres://u:hunter2@db/azuma\n");
    let (_other, keys) = file(KEY);
    let variables = [
        ("AZUMA_DATABASE__URL_FILE", path.as_str()),
        ("AZUMA_PREVIOUS_SECRET_KEYS_FILE", &keys),
    ];
    let printed = load("", &variables).expect("valid").to_masked_toml();
    assert!(
        printed.contains(&format!("url_file = \"{path}\"")),
        "{printed}"
    );
    for shown in ["hunter2", "postgres", "********", KEY] {
        assert!(!printed.contains(shown), "{printed}");
    }
    let again = load(&printed, &[]).map(|config| config.to_masked_toml());
    assert_eq!(again, Ok(printed));
}

#[test]
fn a_secret_that_is_set_and_in_a_file_is_refused() {
    let (_folder, path) = file(KEY);
    let toml = format!("secret_key = \"{KEY}\"\n");
    let variables = [("AZUMA_SECRET_KEY_FILE", path.as_str())];
    let message = load(&toml, &variables).expect_err("the file is refused");
    assert_eq!(
        message,
        "`secret_key` (azuma.toml) and `secret_key_file` (environment variable AZUMA_SECRET_KEY_FILE) are both set: \
         remove one of them, or set it to nothing"
    );
    let emptied = [
        ("AZUMA_SECRET_KEY_FILE", path.as_str()),
        ("AZUMA_SECRET_KEY", ""),
    ];
    assert!(load(&toml, &emptied).is_ok_and(|config| config.secret_key.is_some()));
    let unnamed = [("AZUMA_SECRET_KEY_FILE", "")];
    assert!(load(&toml, &unnamed).is_ok_and(|config| config.secret_key.is_some()));
}

#[test]
fn a_file_that_holds_no_secret_is_named_and_not_shown() {
    let (folder, path) = file("");
    let variable = "AZUMA_DATABASE__URL_FILE";
    for (content, problem) in [
        ("", "is empty"),
        ("\n", "is empty"),
        ("  \n", "is empty"),
        ("hunter2\nhunter2\n", "has more than one line"),
        (&"hunter2".repeat(10_000), "is larger than 16384 bytes"),
    ] {
        fs::write(&path, content).expect("a writable file");
        assert_eq!(
            refusal_of(variable, &path),
            format!(
                "environment variable {variable}: `database.url_file` names {path}, which {problem}"
            )
        );
    }
    fs::write(&path, [0xff]).expect("a writable file");
    assert!(refusal_of(variable, &path).ends_with("which is not UTF-8"));
    fs::write(&path, "hunter2").expect("a writable file");
    let refused = refusal_of(variable, &path);
    assert!(
        refused.starts_with(&format!("{path}: `database.url` must")),
        "{refused}"
    );
    assert!(!refused.contains("hunter2"), "{refused}");
    let directory = folder.path().to_str().expect("UTF-8");
    assert!(refusal_of(variable, directory).ends_with("which is a directory"));
    let missing = refusal_of(variable, &format!("{path}.missing"));
    assert!(
        missing.contains(".missing, which cannot be read: No such file"),
        "{missing}"
    );
}

#[test]
fn a_pipe_is_refused_without_waiting_for_its_writer() {
    let folder = tempfile::tempdir().expect("a directory");
    let pipe = folder.path().join("pipe");
    let made = Command::new("mkfifo").arg(&pipe).status();
    assert!(made.is_ok_and(|status| status.success()));
    let refused = refusal_of("AZUMA_SECRET_KEY_FILE", pipe.to_str().expect("UTF-8"));
    assert!(
        refused.ends_with("which is not a regular file"),
        "{refused}"
    );
}

#[test]
fn a_file_that_everybody_can_read_is_told_of() {
    let (_folder, path) = file(KEY);
    for (mode, open) in [(0o600, 0), (0o640, 0), (0o604, 1), (0o644, 1)] {
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).expect("our file");
        let config = with("AZUMA_SECRET_KEY_FILE", &path).expect("a valid configuration");
        let files = config.open_secret_files();
        assert_eq!(files.len(), open, "{mode:o}");
        let named: Vec<_> = config.secret_files();
        assert_eq!(named, [("secret_key_file", PathBuf::from(&path).as_path())]);
    }
}

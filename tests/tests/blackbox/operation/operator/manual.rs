//! Manual pages and completions.

use std::fs;
use std::process::Command;

use azuma_tests::server::Setup;

/// Text that no manual page has, because every command and every argument says what it is for.
#[test]
fn there_is_a_manual_page_of_each_command_whatever_is_configured() {
    let setup = Setup::bare().set("no.such.key", "1");
    let finished = setup.run(&["man", "."]);
    let pages: Vec<_> = fs::read_dir(setup.home())
        .expect("a directory")
        .map(|file| {
            file.expect("a file")
                .file_name()
                .to_string_lossy()
                .into_owned()
        })
        .collect();
    let count = pages.len();
    assert_eq!(finished.success(), format!("wrote {count} manual pages\n"));
    for page in [
        "azuma.1",
        "azuma-user.1",
        "azuma-user-set-password.1",
        "azuma-audit.1",
    ] {
        assert!(pages.iter().any(|name| name == page), "{page} in {pages:?}");
    }
    let missing = setup.run(&["man", "no/such/directory"]);
    assert!(
        missing.complaint().contains("no/such/directory"),
        "{}",
        missing.stderr
    );
}

#[test]
fn a_shell_completes_the_commands() {
    let setup = Setup::bare();
    for shell in ["bash", "zsh", "fish"] {
        let finished = setup.run(&["completions", shell]);
        assert!(finished.success().contains("set-password"), "{shell}");
    }
    let script = setup.run(&["completions", "bash"]);
    fs::write(setup.home().join("azuma.bash"), script.success()).expect("a writable directory");
    let complete = "source azuma.bash; COMP_WORDS=(azuma user set-); COMP_CWORD=2; _azuma azuma set- user; echo ${COMPREPLY[@]}";
    let output = Command::new("bash")
        .args(["--norc", "-c", complete])
        .current_dir(setup.home())
        .output()
        .expect("bash");
    let replies = String::from_utf8_lossy(&output.stdout);
    assert_eq!(replies.trim(), "set-password set-email", "{output:?}");
}

//! `azuma import`. `make.py` here says how the hashes in the files beside it were made.

mod azumaneo;
mod json_lines;
mod legacy;
mod refusals;

use std::path::PathBuf;

use azuma_tests::dump::Dump;
use azuma_tests::server::{Server, workspace};

/// Of the users of the files in turn. RFC 8265 composes the second, and refuses the third.
const PASSWORDS: [&str; 3] = ["correct horse", "ka\u{308}se", "tab\there"];

/// A file of this folder.
fn fixture(name: &str) -> PathBuf {
    workspace().join("tests/tests/blackbox/import").join(name)
}

/// A file of this folder, as an argument.
fn argument(name: &str) -> String {
    fixture(name).to_str().expect("a plain path").to_owned()
}

/// What a command prints about counts of users.
fn counts(taken: u64, already_there: u64, refused: u64) -> String {
    format!(
        "taken          {taken:>10}\nalready there  {already_there:>10}\nrefused        {refused:>10}\n"
    )
}

/// How many stored hashes are still those of another system.
fn imported_hashes(server: &Server) -> usize {
    Dump::of(server).text().matches("imported:").count()
}

/// Logs in by each dialect; the password is right only as it is given here.
async fn logs_in_everywhere(server: &Server, name: &str, password: &str) {
    let wrong = format!("{password}!");
    server.azuma().login(name, &wrong).await.done(403);
    server.legacy().login(name, &wrong).await.done(401);
    server.account().authenticate(name, &wrong).await.done(401);
    server.azuma().login(name, password).await.success(200);
    server.legacy().login(name, password).await.success(200);
    server
        .account()
        .authenticate(name, password)
        .await
        .success(200);
}

//! Random requests to real servers while things break, checked as the histories of the simulation are
//! (docs/reliability.md).
//!
//! `scripts/test` runs each for half a minute. `scripts/faults` runs them for as long as it is told, on the release binary.
//! A seed decides what clients ask and what breaks when; how the requests meet is left to the machine.
//!
//! | module | holds |
//! |---|---|
//! | `run` | how a run goes: clients ask while things break, then everything is mended |
//! | `judge` | what they were answered is judged, and kept where it cannot be explained |
//! | `losses` | how a run goes on a database that loses commits |
//! | `systems` | the servers that are tried, each with the parts around it that break |
//! | `strike` | something that breaks and is mended |
//! | `node` | a server among others |
//! | `defects` | the suite can fail |
//! | `clocks` | clocks that jump |
//! | `client`, `watch`, `question`, `known` | what clients ask, and what they know |
//! | `requests`, `answers` | how they ask it, and what the answers mean |
//! | `mailbox` | what becomes of mail |

mod answers;
mod client;
mod clocks;
mod defects;
mod judge;
mod known;
mod losses;
mod mailbox;
mod node;
mod question;
mod requests;
mod run;
mod strike;
mod systems;
mod watch;

use losses::agree_on_what_is_left;
use run::keep_what_they_promise;
use systems::{
    OfTwoReleases, OnForgetful, OnPair, OnPatroni, OnPostgres, OnPostgresDisk, OnSqlite,
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn three_nodes_on_postgres_keep_what_they_promise() {
    keep_what_they_promise("postgres", OnPostgres::start(3)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn three_nodes_keep_what_they_promise_while_standbys_are_promoted() {
    keep_what_they_promise("standby", OnPair::start(3)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_nodes_keep_what_they_promise_while_patroni_fails_over() {
    keep_what_they_promise("patroni", OnPatroni::start(2)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn three_nodes_agree_on_what_is_left_after_commits_are_lost() {
    agree_on_what_is_left("losses", OnForgetful::start(3)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_servers_on_one_sqlite_file_keep_what_they_promise() {
    keep_what_they_promise("sqlite", OnSqlite::start(2)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_nodes_on_a_postgres_whose_disk_fails_keep_what_they_promise() {
    keep_what_they_promise("postgres-disk", OnPostgresDisk::start(2)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nodes_of_two_releases_on_one_postgres_keep_what_they_promise() {
    keep_what_they_promise("releases-postgres", OfTwoReleases::on_postgres(3)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn servers_of_two_releases_on_one_sqlite_file_keep_what_they_promise() {
    keep_what_they_promise("releases-sqlite", OfTwoReleases::on_sqlite(2)).await;
}

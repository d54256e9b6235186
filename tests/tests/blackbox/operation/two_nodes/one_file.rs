//! Two servers on one SQLite file.

use std::time::Instant;

use azuma_tests::Database;
use azuma_tests::deadline::Deadline;
use azuma_tests::people::Person;
use azuma_tests::server::Server;

use super::{WITHIN, expect_ended};

fn two_servers() -> (Server, Server) {
    let here = Database::Sqlite.server().start();
    let url = format!("sqlite://{}", here.data().join("azuma.db").display());
    let there = here.setup().elsewhere().set("database.url", &url).start();
    (here, there)
}

#[tokio::test]
async fn a_logout_is_seen_by_the_other() {
    let (here, there) = two_servers();
    let token = here.azuma().sign_up(&Person::named("neo")).await;
    there.azuma().own_user(&token).await.done(200);
    here.azuma().logout(&token).await.done(204);
    expect_ended(&there.azuma(), &token, Instant::now()).await;
}

#[tokio::test]
async fn a_new_name_is_seen_by_the_other() {
    let (here, there) = two_servers();
    let token = here.azuma().sign_up(&Person::named("neo")).await;
    there.azuma().own_user(&token).await.done(200);
    here.azuma().rename(&token, "trinity").await.done(200);
    let changed = Instant::now();
    let deadline = Deadline::in_seconds(30);
    loop {
        let asked = Instant::now();
        let name = there.azuma().own_user(&token).await.success(200).name;
        if name == "trinity" {
            return;
        }
        assert!(asked < changed + WITHIN, "the other still says {name}");
        deadline.step().await;
    }
}

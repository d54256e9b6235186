//! `pg_dump` and `pg_restore`, as `docs/backup.md` has them.

use std::time::Instant;

use azuma_tests::Database;
use azuma_tests::people::Person;
use azuma_tests::postgres::Cluster;
use azuma_tests::revocation::expect_ended;
use azuma_tests::server::Server;

use super::person;

fn url_of(server: &Server) -> String {
    let url = server.setup().get("database.url");
    url.expect("a URL").to_owned()
}

#[tokio::test]
async fn a_dump_of_a_serving_database_is_restored_into_a_new_one_and_finished() {
    let server = Database::Postgres.server().start();
    let cluster = Cluster::shared();
    let neo = Person::named("neo");
    let token = server.azuma().sign_up(&neo).await;
    server.azuma().own_user(&token).await.done(200);
    let url = url_of(&server);
    let dumping = tokio::task::spawn_blocking(move || Cluster::shared().dump(&url));
    let mut registered = 0;
    while !dumping.is_finished() {
        server.azuma().sign_up(&person(registered)).await;
        registered += 1;
    }
    let dump = dumping.await.expect("a dump");
    server.azuma().logout(&token).await.done(204);

    let restored = cluster.restore(&dump);
    let setup = server.setup().clone().set("database.url", &restored);
    let finished = setup.run(&["restore", "--finish", "--end-sessions"]);
    let said = finished.success();
    assert!(said.contains("revoked sessions: "), "{said}");
    let there = setup.start();
    there.azuma().own_user(&token).await.challenged(true);
    there.azuma().sign_in(&neo).await;
    there.azuma().sign_up(&Person::named("trinity")).await;
    // The other goes on as before.
    server.azuma().sign_in(&neo).await;
}

#[tokio::test]
async fn a_server_under_which_the_database_was_restored_forgets_what_the_backup_lacks() {
    let server = Database::Postgres.server().start();
    let cluster = Cluster::shared();
    server.azuma().sign_up(&Person::named("neo")).await;
    let dump = cluster.dump(&url_of(&server));
    // Nothing is revoked after the dump, so no invalidation tells the histories apart.
    let token = server.azuma().sign_up(&Person::named("trinity")).await;
    server.azuma().own_user(&token).await.done(200);
    cluster.replace(&url_of(&server), &cluster.restore(&dump));
    let finish = ["restore", "--finish", "--keep-sessions"];
    let setup = server.setup().clone();
    let finished = tokio::task::spawn_blocking(move || setup.run(&finish));
    finished.await.expect("the command ends").success();
    let finished = Instant::now();
    expect_ended(&server.azuma(), &token, finished).await;
    server.azuma().sign_in(&Person::named("neo")).await;
}

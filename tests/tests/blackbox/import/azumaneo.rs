//! Users of azumaneo's database.

use std::fs;

use azuma_tests::postgres::{Cluster, database_of};

use azuma_tests::{Database, on_both_databases};

use super::{PASSWORDS, counts, fixture, imported_hashes, logs_in_everywhere};

/// Every row, and whatever else a writer would have left.
const STATE: &str = "SELECT md5(string_agg(u::text || xmin::text, ' ' ORDER BY id)) FROM users u";

/// A database of azumaneo, and what it holds.
fn azumaneo() -> (String, String) {
    let url = Cluster::shared().create_database();
    let script = fs::read_to_string(fixture("azumaneo.sql")).expect("a fixture");
    let cluster = Cluster::shared();
    cluster.sql(database_of(&url), &script);
    let state = cluster.sql(database_of(&url), STATE);
    (url, state)
}

#[on_both_databases]
async fn users_keep_their_ids_times_and_passwords_and_the_database_is_only_read(db: Database) {
    let server = db.server().start();
    let (url, before) = azumaneo();
    let import = ["import", "--from", "azumaneo", &url];
    assert_eq!(server.setup().run(&import).success(), counts(3, 0, 0));
    for (number, password) in PASSWORDS.iter().enumerate() {
        let name = format!("neo{number}");
        logs_in_everywhere(&server, &name, password).await;
        let token = server
            .azuma()
            .login(&name, password)
            .await
            .success(200)
            .token;
        let own = server.azuma().own_user(&token).await.success(200);
        assert_eq!(
            own.id,
            format!("ee8e77d9-290e-4bb9-84a1-c2b7efb338d{number}")
        );
        assert_eq!(own.created_at, "2021-03-28T14:39:40.063095Z");
        assert_eq!(own.email, None);
    }
    assert_eq!(imported_hashes(&server), 1);
    assert_eq!(server.setup().run(&import).success(), counts(0, 3, 0));
    assert_eq!(Cluster::shared().sql(database_of(&url), STATE), before);
}

#[test]
fn more_users_than_a_page_has_are_read_and_bad_ones_told_by_their_ids() {
    let setup = Database::Sqlite.server();
    setup.run(&["migrate"]).success();
    let (url, _) = azumaneo();
    let more = "ALTER TABLE users ADD COLUMN email text;
        INSERT INTO users (name, password, email)
            SELECT 'more' || n, (SELECT password FROM users WHERE name = 'neo0'), 'more' || n || '@example.org'
            FROM generate_series(1, 1001) n;
        INSERT INTO users (id, name, password) VALUES
            ('00000000-0000-0000-0000-000000000000', repeat('x', 100000), 'x'),
            ('ffffffff-ffff-ffff-ffff-ffffffffffff', 'zero', decode(repeat('00', 128), 'hex'));";
    Cluster::shared().sql(database_of(&url), more);
    let finished = setup.run(&["import", "--from", "azumaneo", &url]);
    assert_eq!(finished.status.code(), Some(4));
    let expected = format!(
        "user 00000000-0000-0000-0000-000000000000: refused: a user name must have 1 to 64 characters that RFC 8265 allows\n\
         user ffffffff-ffff-ffff-ffff-ffffffffffff: refused: the password hash has no form that is known\n{}",
        counts(1_004, 0, 2)
    );
    assert_eq!(finished.stdout, expected);
}

#[test]
fn another_database_is_refused() {
    let setup = Database::Postgres.server();
    setup.run(&["migrate"]).success();
    let url = setup.get("database.url").expect("a URL").to_owned();
    let finished = setup.run(&["import", "--from", "azumaneo", &url]);
    assert!(
        finished
            .complaint()
            .contains("the database is not azumaneo's")
    );
    let finished = setup.run(&["import", "--from", "azumaneo", "sqlite://azuma.db"]);
    assert!(
        finished
            .complaint()
            .contains("must begin with `postgres://`")
    );
    let secret = "postgres://u:secret@127.0.0.1:1/x";
    let finished = setup.run(&["import", "--from", "azumaneo", secret]);
    assert!(!finished.complaint().contains("secret"));
}

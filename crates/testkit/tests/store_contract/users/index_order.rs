//! Which conflict is told where name and address are taken, on a database whose unique indexes are not in the order of
//! the migrations. A database that `pg_dump` wrote and `psql` read has the index of the addresses first.

use std::sync::Arc;

use azuma_domain::ports::{Conflict, Store};
use azuma_testkit::sample::account_with_email;
use azuma_tests::postgres::Cluster;
use azuma_tests::sqlite::SqliteFile;
use diesel::connection::SimpleConnection;

use super::insert;
use crate::databases::Database;
use crate::given;
use crate::set_ups::{fresh_file, open};

/// Each makes one of the indexes the youngest.
const REORDER: [&str; 2] = [
    "DROP INDEX users_name_key_unique; CREATE UNIQUE INDEX users_name_key_unique ON users (name_key);",
    "DROP INDEX users_email_key_unique; CREATE UNIQUE INDEX users_email_key_unique ON users (email_key);",
];

async fn expect_the_name_refused(store: Arc<dyn Store>) {
    given::ada(&store).await;
    given::grace(&store).await;
    for email in ["ada@example.org", "grace@example.org"] {
        let refused = insert(&store, &account_with_email(3, "ada", email)).await;
        assert_eq!(refused, Err(Conflict::Name), "{email}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn postgres_refuses_the_name_whichever_index_is_the_youngest() {
    for script in REORDER {
        let database = Database::fresh();
        let store = open(database.url());
        let (_, name) = database.url().rsplit_once('/').expect("a URL with a path");
        Cluster::shared().sql(name, script);
        expect_the_name_refused(store).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn sqlite_refuses_the_name_whichever_index_is_the_youngest() {
    for script in REORDER {
        let url = fresh_file();
        let store = open(&url);
        let mut connection = SqliteFile::at(url.trim_start_matches("sqlite://")).connect();
        // At once: a connection that the store opens in between would not know the index.
        let script = format!("BEGIN IMMEDIATE; {script} COMMIT;");
        connection.batch_execute(&script).expect("another order");
        expect_the_name_refused(store).await;
    }
}

//! Which indexes the databases use, and in which order they keep names and addresses.

use azuma_tests::postgres::Cluster;
use diesel::prelude::*;
use diesel::sql_types::Text;

use crate::set_ups::{fresh_file, open};

/// The store's query for the recovery that has been due longest. Strangers can make many of them.
const NEXT_DUE: &str =
    "SELECT id FROM recoveries WHERE due_at <= {now} ORDER BY due_at, id LIMIT 1";

#[derive(QueryableByName)]
struct Step {
    #[diesel(sql_type = Text)]
    detail: String,
}

#[test]
fn postgres_finds_the_next_recovery_by_an_index() {
    let url = Cluster::shared().create_database();
    drop(open(&url));
    let (_, name) = url.rsplit_once('/').expect("a URL with a path");
    let query = NEXT_DUE.replace("{now}", "now()") + " FOR UPDATE SKIP LOCKED";
    let script = format!(
        "INSERT INTO recoveries SELECT gen_random_uuid(), 'neo@example.org', 'en', now() - n * interval '1 ms'
             FROM generate_series(1, 20000) n;
         UPDATE recoveries SET due_at = requested_at;
         ANALYZE recoveries;
         EXPLAIN {query};"
    );
    let plan = Cluster::shared().sql(name, &script);
    assert!(plan.contains("Index Scan using recoveries_due"), "{plan}");
    assert!(!plan.contains("Sort"), "{plan}");
}

#[test]
fn sqlite_finds_the_next_recovery_by_an_index() {
    let url = fresh_file();
    drop(open(&url));
    let path = url.trim_start_matches("sqlite://");
    let mut connection = SqliteConnection::establish(path).expect("a database");
    let query = NEXT_DUE.replace("{now}", "1");
    let steps: Vec<Step> = diesel::sql_query(format!("EXPLAIN QUERY PLAN {query}"))
        .load(&mut connection)
        .expect("a plan");
    let plan: Vec<_> = steps.iter().map(|step| step.detail.as_str()).collect();
    assert_eq!(
        plan,
        ["SEARCH recoveries USING COVERING INDEX recoveries_due (due_at<?)"]
    );
}

#[test]
fn postgres_compares_names_and_addresses_by_their_bytes() {
    let url = Cluster::shared().create_database();
    drop(open(&url));
    let (_, name) = url.rsplit_once('/').expect("a URL with a path");
    let query = "SELECT collation_name FROM information_schema.columns
         WHERE table_name = 'users' AND column_name IN ('name_key', 'email_key');";
    // An upgrade of the C library may change its order of texts, and would make these indexes wrong.
    assert_eq!(Cluster::shared().sql(name, query), "C\nC\n");
}

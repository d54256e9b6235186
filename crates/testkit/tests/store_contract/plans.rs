//! Which indexes the databases use, and in which order they keep names and addresses.

use azuma_tests::postgres::Cluster;
use azuma_tests::sqlite::SqliteFile;
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
    let mut connection = SqliteFile::at(url.trim_start_matches("sqlite://")).connect();
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

/// The store's queries for the events of a user, and for old ones. Strangers can make many of them.
const EVENTS: [(&str, &str); 3] = [
    (
        "audit_events_user",
        "SELECT * FROM audit_events WHERE user_id = {id} AND at <= {now} AND (at < {now} OR id < {id})
         ORDER BY at DESC, id DESC LIMIT 50",
    ),
    (
        "audit_events_user",
        "SELECT * FROM audit_events WHERE at >= {then} AND (at > {then} OR id > {id}) AND user_id = {id}
         ORDER BY at, id LIMIT 50",
    ),
    (
        "audit_events_pkey",
        "SELECT at FROM audit_events WHERE at < {now} ORDER BY at LIMIT 500",
    ),
];

#[test]
fn postgres_finds_events_by_an_index() {
    let url = Cluster::shared().create_database();
    drop(open(&url));
    let (_, name) = url.rsplit_once('/').expect("a URL with a path");
    let fill = "INSERT INTO audit_events (at, action, actor, user_id)
             SELECT now() - n * interval '1 ms', 'login', 'user', gen_random_uuid() FROM generate_series(1, 20000) n;
         ANALYZE audit_events;";
    Cluster::shared().sql(name, fill);
    for (index, query) in EVENTS {
        let id = "'00000000-0000-4000-8000-000000000000'::uuid";
        let query = query.replace("{now}", "now()").replace("{id}", id);
        let query = query.replace("{then}", "to_timestamp(0)");
        let plan = Cluster::shared().sql(name, &format!("EXPLAIN {query};"));
        assert!(plan.contains(index), "{plan}");
        assert!(!plan.contains("Sort"), "{plan}");
    }
}

#[test]
fn sqlite_finds_events_by_an_index() {
    let url = fresh_file();
    drop(open(&url));
    let mut connection = SqliteFile::at(url.trim_start_matches("sqlite://")).connect();
    for (index, query) in EVENTS {
        let query = query.replace("{now}", "1").replace("{id}", "x'00'");
        let query = query.replace("{then}", "0");
        let steps: Vec<Step> = diesel::sql_query(format!("EXPLAIN QUERY PLAN {query}"))
            .load(&mut connection)
            .expect("a plan");
        let index = index.replace("audit_events_pkey", "PRIMARY KEY");
        let [step] = steps.as_slice() else {
            panic!("{} steps", steps.len());
        };
        assert!(step.detail.contains(&index), "{}", step.detail);
        assert!(step.detail.starts_with("SEARCH"), "{}", step.detail);
    }
}

/// The store's queries for pages of all accounts and of all sessions, however many there are.
const PAGES: [(&str, &str, &str); 3] = [
    (
        "users_name_key_unique",
        "name_key",
        "SELECT * FROM users WHERE name_key > 'user1' ORDER BY name_key LIMIT 500",
    ),
    (
        "users_name_key_unique",
        "name_key",
        "SELECT * FROM users WHERE name_key >= 'user1' ORDER BY name_key LIMIT 500",
    ),
    (
        "sessions_pkey",
        "id",
        "SELECT * FROM sessions WHERE id > {id} ORDER BY id LIMIT 500",
    ),
];

#[test]
fn postgres_reads_a_page_of_accounts_or_sessions_by_an_index() {
    let url = Cluster::shared().create_database();
    drop(open(&url));
    let (_, name) = url.rsplit_once('/').expect("a URL with a path");
    let fill = "INSERT INTO users (id, name, name_key, password_hash, created_at)
             SELECT gen_random_uuid(), 'user' || n, 'user' || n, '', now() FROM generate_series(1, 20000) n;
         INSERT INTO sessions (id, user_id, policy, shape, generation, created_at)
             SELECT gen_random_uuid(), id, 'sliding', 'uuid', 0, now() FROM users;
         ANALYZE users; ANALYZE sessions;";
    Cluster::shared().sql(name, fill);
    for (index, column, query) in PAGES {
        let id = "'00000000-0000-4000-8000-000000000000'::uuid";
        let query = query.replace("{id}", id);
        let plan = Cluster::shared().sql(name, &format!("EXPLAIN {query};"));
        assert!(
            plan.contains(&format!("Index Scan using {index}")),
            "{plan}"
        );
        assert!(plan.contains(&format!("Index Cond: ({column} >")), "{plan}");
        assert!(!plan.contains("Sort"), "{plan}");
    }
}

#[test]
fn sqlite_reads_a_page_of_accounts_or_sessions_by_an_index() {
    let url = fresh_file();
    drop(open(&url));
    let mut connection = SqliteFile::at(url.trim_start_matches("sqlite://")).connect();
    for (_, column, query) in PAGES {
        let query = query.replace("{id}", "x'00'");
        let steps: Vec<Step> = diesel::sql_query(format!("EXPLAIN QUERY PLAN {query}"))
            .load(&mut connection)
            .expect("a plan");
        let [step] = steps.as_slice() else {
            panic!("{} steps", steps.len());
        };
        assert!(step.detail.starts_with("SEARCH"), "{}", step.detail);
        let condition = format!("({column}>?)");
        assert!(step.detail.ends_with(&condition), "{}", step.detail);
    }
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

//! Many clients that request the same name at the same time.

use azuma_tests::{Database, on_both_databases};
use tokio::task::JoinSet;

#[on_both_databases]
async fn one_of_24_gets_the_name_whichever_the_dialect(db: Database) {
    let server = db.server().start();
    let mut requests = JoinSet::new();
    for number in 0..8 {
        let (azuma, legacy, account) = (server.azuma(), server.legacy(), server.account());
        let email = format!("{number}@azuma.example");
        requests.spawn(async move { azuma.register("neo", &email, "secret").await.status });
        requests.spawn(async move { legacy.register("neo", "secret").await.status });
        let email = format!("{number}@account.example");
        requests.spawn(async move { account.register("neo", "secret", &email).await.status });
    }
    let mut statuses = requests.join_all().await;
    statuses.sort_unstable();
    assert!(matches!(statuses[0], 200 | 201), "{statuses:?}");
    assert_eq!(statuses[1..], [409; 23]);
}

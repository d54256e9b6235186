//! What is done before the answer to `POST /account/recover`, and so how long it takes, tells nothing.

use azuma_tests::people::Person;
use azuma_tests::postgres::Cluster;
use azuma_tests::server::Setup;
use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection};

#[tokio::test]
async fn the_answer_comes_before_anybody_can_look_for_the_account() {
    let url = Cluster::shared().create_database();
    let server = Setup::postgres(&url).for_tests().start();
    let neo = Person::named("neo");
    server.azuma().sign_up(&neo).await;
    let mut locked = PgConnection::establish(&url).expect("Postgres listens");
    locked
        .batch_execute("BEGIN; LOCK TABLE users IN ACCESS EXCLUSIVE MODE")
        .expect("nobody holds the table for long");
    for email in [neo.email.as_str(), "nobody@example.org"] {
        server.account().recover(email).await.done(200);
    }
    assert!(server.mail().to(&neo.email).is_empty());
    drop(locked);
    server.mail().first_to(&neo.email).await;
}

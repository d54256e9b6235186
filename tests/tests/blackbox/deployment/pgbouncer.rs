//! A server whose database is behind PgBouncer.

use azuma_tests::people::Person;
use azuma_tests::postgres::{Cluster, PgBouncer, PoolMode, database_of, sql};
use azuma_tests::server::{Server, Setup};

/// So few that the server's connections have to share them.
const SESSIONS: u32 = 3;

struct Behind {
    bouncer: PgBouncer,
    database: String,
}

impl Behind {
    fn of(mode: PoolMode, settings: &str) -> Self {
        let cluster = Cluster::shared();
        let url = cluster.create_database();
        let database = database_of(&url).to_owned();
        Self {
            bouncer: PgBouncer::start(cluster, mode, SESSIONS, settings),
            database,
        }
    }

    fn setup(&self) -> Setup {
        Setup::postgres(&self.bouncer.url(&self.database)).for_tests()
    }

    /// A setting of whatever session the pooler gives out.
    fn shows(&self, setting: &str) -> String {
        let url = self.bouncer.url(&self.database);
        sql(&url, &format!("SHOW {setting};"))
    }
}

#[tokio::test]
async fn behind_a_pooler_of_transactions_everybody_keeps_what_is_theirs() {
    let behind = Behind::of(PoolMode::Transaction, "");
    let before = behind.shows("statement_timeout");
    let setup = behind.setup().set("database.pooling", "transaction");
    let server = setup.start();
    let stays = Person::named("stays");
    let token = server.azuma().sign_up(&stays).await;
    let clients: Vec<_> = (0..16).map(|client| churn(&server, client)).collect();
    let clients: Vec<_> = clients.into_iter().map(tokio::spawn).collect();
    for client in clients {
        client.await.expect("every answer was as it should be");
    }
    server.azuma().own_user(&token).await.done(200);
    for client in 0..16 {
        server.azuma().sign_in(&kept(client)).await;
    }
    for _ in 0..SESSIONS {
        assert_eq!(behind.shows("statement_timeout"), before);
        let idle = behind.shows("idle_in_transaction_session_timeout");
        assert_eq!(idle.trim(), "0");
    }
}

/// The person that the client with this number registers last.
fn kept(client: usize) -> Person {
    Person::named(&format!("kept-{client}"))
}

/// Registers, logs in, changes and deletes people of its own.
fn churn(server: &Server, client: usize) -> impl Future<Output = ()> + Send + use<> {
    let (azuma, legacy) = (server.azuma(), server.legacy());
    async move {
        for round in 0..8 {
            let person = Person::named(&format!("person-{client}-{round}"));
            let token = azuma.sign_up(&person).await;
            let own = azuma.own_user(&token).await.success(200);
            assert_eq!(own.name, person.name);
            let elsewhere = legacy.sign_in(&person).await.token;
            legacy.me(&elsewhere).await.done(200);
            let name = format!("renamed-{client}-{round}");
            azuma.rename(&token, &name).await.done(200);
            azuma.delete_self(&token).await.done(204);
        }
        azuma.sign_up(&kept(client)).await;
    }
}

#[tokio::test]
async fn a_pooler_of_sessions_is_like_none() {
    let cluster = Cluster::shared();
    let url = cluster.create_database();
    let database = database_of(&url);
    let bouncer = PgBouncer::start(cluster, PoolMode::Session, 20, "");
    let server = Setup::postgres(&bouncer.url(database)).for_tests().start();
    let token = server.azuma().sign_up(&Person::named("neo")).await;
    server.azuma().own_user(&token).await.done(200);
}

#[tokio::test]
async fn a_pooler_that_shares_sessions_out_stops_the_start() {
    for (mode, settings) in [
        (PoolMode::Transaction, ""),
        (PoolMode::Transaction, "server_round_robin = 1"),
        (PoolMode::Statement, ""),
    ] {
        let behind = Behind::of(mode, settings);
        let direct = direct_url(&behind.database);
        let direct = behind.setup().set("database.url", &direct);
        direct.run(&["migrate"]).success();
        let before = behind.shows("statement_timeout");
        let finished = behind.setup().run(&[]);
        let said = &finished.stderr;
        let is_told = said.contains("set `database.pooling` to \"transaction\"");
        assert!(is_told, "{mode:?} {settings}: {said}");
        for _ in 0..SESSIONS {
            assert_eq!(behind.shows("statement_timeout"), before);
        }
    }
}

fn direct_url(database: &str) -> String {
    let address = Cluster::shared().address();
    format!("postgres://postgres@{address}/{database}")
}

#[tokio::test]
async fn migrations_have_a_url_of_their_own() {
    let behind = Behind::of(PoolMode::Transaction, "");
    // Nothing listens at `database.url`; the migration uses `database.migrate_url`.
    let setup = behind
        .setup()
        .set("database.url", "postgres://postgres@127.0.0.1:1/nothing")
        .set("database.pooling", "transaction")
        .set("database.migrate_url", &direct_url(&behind.database));
    setup.run(&["migrate"]).success();
    let users = Cluster::shared().sql(&behind.database, "SELECT count(*) FROM users;");
    assert_eq!(users, "0\n");
}

#[tokio::test]
async fn migrations_of_another_database_than_the_servers_stop_the_start() {
    let behind = Behind::of(PoolMode::Transaction, "");
    let elsewhere = Cluster::shared().create_database();
    let setup = behind
        .setup()
        .set("database.pooling", "transaction")
        .set("database.migrate_url", &elsewhere);
    let finished = setup.run(&[]);
    let complaint = finished.complaint();
    let is_told = complaint.contains("must name the same database");
    assert!(is_told, "{complaint}");
}

//! A client that knows a password and logs in again and again.

use azuma_tests::people::Person;
use azuma_tests::server::Server;
use azuma_tests::{Database, on_both_databases, sql};

const NEW: &str = "a new password";

/// More sessions than SQLite takes values in a statement.
const SQLITE: &str = "\
    WITH RECURSIVE counted(n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM counted WHERE n < 33000) \
    INSERT INTO sessions (id, user_id, policy, shape, generation, created_at) \
    SELECT randomblob(16), (SELECT id FROM users), 'sliding', 'uuid', 0, unixepoch() * 1000000 FROM counted; \
    INSERT INTO session_tokens (hash, session_id, generation, expires_at) \
    SELECT randomblob(32), id, 0, (unixepoch() + 1209600) * 1000000 FROM sessions \
    WHERE id NOT IN (SELECT session_id FROM session_tokens);";
const POSTGRES: &str = "\
    INSERT INTO sessions (id, user_id, policy, shape, generation, created_at) \
    SELECT gen_random_uuid(), (SELECT id FROM users), 'sliding', 'uuid', 0, now() FROM generate_series(1, 33000); \
    INSERT INTO session_tokens (hash, session_id, generation, expires_at) \
    SELECT sha256(id::text::bytea), id, 0, now() + interval '14 days' FROM sessions \
    WHERE id NOT IN (SELECT session_id FROM session_tokens);";

/// A user with 33,000 sessions from a release without a limit, one of which a thief uses.
struct Flooded {
    server: Server,
    neo: Person,
    own: String,
    thief: String,
}

impl Flooded {
    async fn start(db: Database) -> Self {
        let mut server = db.server().start();
        let neo = Person::named("neo");
        let own = server.azuma().sign_up(&neo).await;
        let thief = server.azuma().sign_in(&neo).await;
        for token in [&own, &thief] {
            server.azuma().own_user(token).await.done(200);
        }
        server.terminate().await;
        sql::run(&server, SQLITE, POSTGRES);
        server.start_again();
        server.azuma().own_user(&thief).await.done(200);
        Self {
            server,
            neo,
            own,
            thief,
        }
    }

    /// Logs in with a password; the new session is the only one left.
    async fn expect_alone(&self, password: &str) {
        let azuma = self.server.azuma();
        azuma.own_user(&self.thief).await.challenged(true);
        let login = azuma.login(&self.neo.name, password).await;
        let token = login.success(200).token;
        let listed = azuma.list_sessions(&token).await;
        let current: Vec<_> = listed.iter().map(|session| session.current).collect();
        assert_eq!(current, [true]);
    }
}

#[on_both_databases]
async fn whoever_logs_in_again_and_again_ends_their_own_sessions(db: Database) {
    let server = db.server().set("sessions.per_user", "5").start();
    let azuma = server.azuma();
    let neo = Person::named("neo");
    let first = azuma.sign_up(&neo).await;
    azuma.own_user(&first).await.done(200);
    for _ in 0..2 {
        azuma.sign_in(&neo).await;
        server.legacy().sign_in(&neo).await;
        server.account().sign_in(&neo).await;
    }
    azuma.own_user(&first).await.challenged(true);
    let last = azuma.sign_in(&neo).await;
    assert_eq!(azuma.list_sessions(&last).await.len(), 5);
    assert_eq!(server.account().list_tokens(&last).await.len(), 5);
}

#[on_both_databases]
async fn a_logout_everywhere_ends_33_000_sessions(db: Database) {
    let flooded = Flooded::start(db).await;
    let azuma = flooded.server.azuma();
    azuma.logout_everywhere(&flooded.own).await.done(204);
    flooded.expect_alone(&flooded.neo.password).await;
}

#[on_both_databases]
async fn a_password_change_ends_33_000_sessions(db: Database) {
    let flooded = Flooded::start(db).await;
    let azuma = flooded.server.azuma();
    azuma.change_password(&flooded.own, NEW).await.done(200);
    assert_eq!(azuma.list_sessions(&flooded.own).await.len(), 1);
    azuma.logout(&flooded.own).await.done(204);
    flooded.expect_alone(NEW).await;
}

#[on_both_databases]
async fn a_reset_by_mail_ends_33_000_sessions(db: Database) {
    let flooded = Flooded::start(db).await;
    let (account, email) = (flooded.server.account(), &flooded.neo.email);
    account.recover(email).await.done(200);
    let link = flooded.server.mail().first_to(email).await.token();
    account.reset(&link, NEW).await.done(200);
    flooded.expect_alone(NEW).await;
}

#[on_both_databases]
async fn a_user_with_33_000_sessions_can_be_deleted(db: Database) {
    let flooded = Flooded::start(db).await;
    let azuma = flooded.server.azuma();
    azuma.delete_self(&flooded.own).await.done(204);
    azuma.own_user(&flooded.thief).await.challenged(true);
    azuma.sign_up(&flooded.neo).await;
}

#[on_both_databases]
async fn of_33_000_sessions_a_hundred_are_listed_and_a_login_is_answered(db: Database) {
    let flooded = Flooded::start(db).await;
    let azuma = flooded.server.azuma();
    let listed = azuma.list_sessions(&flooded.own).await;
    assert_eq!(listed.len(), 100);
    for _ in 0..4 {
        let token = azuma.sign_in(&flooded.neo).await;
        azuma.own_user(&token).await.done(200);
    }
}

//! Two servers on one Postgres database.

use azuma_tests::Database;
use azuma_tests::patience::Patience;
use azuma_tests::people::Person;
use azuma_tests::server::Server;

fn two_nodes() -> (Server, Server) {
    let setup = Database::Postgres.server();
    let other = setup.elsewhere();
    (setup.start(), other.start())
}

/// A revocation holds on every node within three seconds.
async fn expect_ended(server: &Server, token: &str) {
    let patience = Patience::of_seconds(3);
    while server.azuma().own_user(token).await.status != 401 {
        assert!(
            !patience.is_over(),
            "the session still lives on the other node"
        );
        patience.step().await;
    }
}

#[tokio::test]
async fn accept_each_others_sessions() {
    let (here, there) = two_nodes();
    let token = here.azuma().sign_up(&Person::named("neo")).await;
    there.azuma().own_user(&token).await.done(200);
    assert_eq!(there.account().list_tokens(&token).await, [token]);
}

#[tokio::test]
async fn end_each_others_sessions() {
    let (here, there) = two_nodes();
    let neo = Person::named("neo");
    let token = here.azuma().sign_up(&neo).await;
    let other = here.azuma().sign_in(&neo).await;
    there.azuma().own_user(&other).await.done(200);
    here.azuma().change_password(&token, "neox").await.done(200);
    expect_ended(&there, &other).await;
}

#[tokio::test]
async fn make_the_same_next_token() {
    let setup = Database::Postgres
        .server()
        .set("sessions.rotating.renew_within", "30d");
    let other = setup.elsewhere();
    let (here, there) = (setup.start(), other.start());
    let token = here.legacy().sign_up(&Person::named("neo")).await.token;
    let next = here.legacy().me(&token).await.next_token();
    assert!(next.is_some(), "the token is due");
    assert_eq!(there.legacy().me(&token).await.next_token(), next);
}

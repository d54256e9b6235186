//! What a list of sessions shows.

use azuma_domain::mail::Language;
use azuma_domain::services::Login;
use azuma_domain::session::{Client, UserAgent};
use azuma_testkit::sample::{self, DAY, MICROSECOND};

use crate::world::{AZUMA, LEGACY, PASSWORD, World};

#[tokio::test]
async fn the_tokens_listed_are_the_real_ones_with_their_expiry() {
    let world = World::new();
    let first = world.register("neo", AZUMA).await;
    world.wait(MICROSECOND);
    let second = world.log_in("neo", LEGACY).await;
    let tokens = world.tokens_listed_to(&first.token).await;
    assert_eq!(tokens, [second.token.expose(), first.token.expose()]);
    let caller = world.caller(&first.token).await;
    let tokens = world.sessions.list_tokens(&caller).await.unwrap();
    assert_eq!(tokens[0].expires_at, second.expires_at);
}

#[tokio::test]
async fn a_listed_session_tells_where_it_was_issued_to_and_when() {
    let world = World::new();
    world.register("neo", AZUMA).await;
    world.wait(DAY);
    let client = Client {
        ip: Some("2001:db8::1".parse().unwrap()),
        user_agent: UserAgent::parse("Nebuchadnezzar/1.0"),
    };
    let login = Login {
        name: sample::login_name("neo"),
        password: sample::given_password(PASSWORD),
        code: None,
        source: client.clone().into(),
        language: Language::English,
    };
    let neo = world.sessions.login(login, AZUMA).await.ok().unwrap();
    let session = world.listed_to(&neo.token).await.remove(0).session;
    assert_eq!(session.client, client);
    assert_eq!(session.created_at, world.now());
}

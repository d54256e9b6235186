//! What lists of sessions show.

use azuma_domain::services::Login;
use azuma_domain::session::{Client, UserAgent};
use azuma_testkit::sample::{self, DAY, MICROSECOND, MINUTE};

use crate::world::{ACCOUNT, AZUMA, LEGACY, PASSWORD, World};

#[tokio::test]
async fn sessions_of_every_dialect_are_listed_newest_first() {
    let world = World::new();
    let first = world.register("neo", AZUMA).await;
    world.wait(MINUTE);
    let second = world.log_in("neo", LEGACY).await;
    world.wait(MINUTE);
    let third = world.log_in("neo", ACCOUNT).await;
    let listed = world.listed_to(&third.token).await;
    let hashes: Vec<_> = listed.iter().map(|one| one.token.hash).collect();
    let issued = [&third, &second, &first];
    assert_eq!(hashes, issued.map(|session| session.token.hash()));
}

#[tokio::test]
async fn the_tokens_listed_are_the_real_ones() {
    let world = World::new();
    let first = world.register("neo", AZUMA).await;
    world.wait(MICROSECOND);
    let second = world.log_in("neo", LEGACY).await;
    let tokens = world.tokens_listed_to(&first.token).await;
    assert_eq!(tokens, [second.token.expose(), first.token.expose()]);
}

#[tokio::test]
async fn a_listed_token_tells_its_expiry() {
    let world = World::new();
    let neo = world.register("neo", LEGACY).await;
    let caller = world.caller(&neo.token).await;
    let tokens = world.sessions.list_tokens(&caller).await.unwrap();
    assert_eq!(tokens[0].expires_at, neo.expires_at);
}

#[tokio::test]
async fn an_expired_session_is_not_listed() {
    let world = World::new();
    let unused = world.register("neo", AZUMA).await;
    let neo = world.log_in("neo", ACCOUNT).await;
    world.wait(5 * MINUTE - MICROSECOND);
    assert_eq!(world.listed_to(&neo.token).await.len(), 2);
    world.wait(MICROSECOND);
    let listed = world.listed_to(&neo.token).await;
    assert_eq!(listed.len(), 1);
    assert_ne!(listed[0].token.hash, unused.token.hash());
    assert_eq!(world.tokens_listed_to(&neo.token).await.len(), 1);
}

#[tokio::test]
async fn nobody_sees_the_sessions_of_others() {
    let world = World::new();
    let neo = world.register("neo", AZUMA).await;
    world.register("smith", AZUMA).await;
    let listed = world.listed_to(&neo.token).await;
    assert_eq!(listed.len(), 1);
    assert_eq!(listed[0].session.user_id, neo.user.id);
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
        name: sample::name("neo"),
        password: sample::password(PASSWORD),
        client: client.clone(),
    };
    let neo = world.sessions.login(login, AZUMA).await.ok().unwrap();
    let session = world.listed_to(&neo.token).await.remove(0).session;
    assert_eq!(session.client, client);
    assert_eq!(session.created_at, world.now());
}

#[tokio::test]
async fn a_session_not_used_yet_has_no_last_use() {
    let world = World::new();
    let neo = world.register("neo", AZUMA).await;
    world.wait(MICROSECOND);
    world.log_in("neo", AZUMA).await;
    let listed = world.listed_to(&neo.token).await;
    assert_eq!(listed[0].last_used_at, None);
    assert_eq!(listed[1].last_used_at, Some(world.now()));
}

//! Followers of two nodes on one database.

use azuma_tests::Database;
use azuma_tests::people::Person;
use azuma_tests::server::Server;
use azuma_tests::sql;

use super::kinds;

fn two_nodes() -> (Server, Server) {
    let setup = Database::Postgres.server();
    let other = setup.elsewhere();
    (setup.start(), other.start())
}

#[tokio::test]
async fn a_follower_of_one_sees_what_happens_at_the_other_and_may_go_from_one_to_the_other() {
    let (here, there) = two_nodes();
    let (at_here, at_there) = {
        let service = here.service("chat");
        let other = there.service_with(&service.token);
        (service, other)
    };
    let neo = Person::named("neo");
    let tokens = [
        here.azuma().sign_up(&neo).await,
        here.azuma().sign_in(&neo).await,
        there.azuma().sign_in(&neo).await,
        there.azuma().sign_in(&neo).await,
    ];
    let mut place = at_here.here().await.success(200).position;
    let mut sessions = Vec::new();
    let mut told = Vec::new();
    for (turn, token) in tokens.iter().enumerate() {
        sessions.push(Some(here.azuma().current_session(token).await.id));
        here.azuma().logout(token).await.done(204);
        // Each asks with the place that the other one gave, ahead of what it has read or behind.
        let service = [&at_there, &at_here][turn % 2];
        let news = service.changes(&place, 30).await.success(200);
        assert!(!news.start_over, "turn {turn}");
        place = news.position;
        told.extend(news.changes);
        // A check at the other one is not older than its position says.
        let other = [&at_here, &at_there][turn % 2];
        let news = other.changes(&place, 0).await.success(200);
        assert!(!news.start_over && news.changes.is_empty(), "turn {turn}");
        assert!(!other.check(&[token]).await.success(200).answers[0].live);
    }
    assert_eq!(kinds(&told), ["session_ended"; 4]);
    let in_order: Vec<_> = told.into_iter().map(|change| change.session).collect();
    assert_eq!(in_order, sessions);
}

#[tokio::test]
async fn a_database_that_lost_commits_makes_followers_start_over() {
    let (here, there) = two_nodes();
    let service = here.service("chat");
    let other = there.service_with(&service.token);
    let neo = Person::named("neo");
    let token = here.azuma().sign_up(&neo).await;
    let second = here.azuma().sign_in(&neo).await;
    let start = service.here().await.success(200).position;
    here.azuma().logout(&token).await.done(204);
    let news = service.changes(&start, 30).await.success(200);
    // As a standby that was promoted without the last commit.
    let lost = "DELETE FROM invalidations WHERE number = (SELECT number FROM invalidation_counter);
                UPDATE invalidation_counter SET number = number - 1;";
    sql::run(&here, lost, lost);
    there.azuma().logout(&second).await.done(204);
    for service in [&service, &other] {
        let told = service.changes(&news.position, 30).await.success(200);
        assert!(told.start_over, "{told:?}");
        let told = service.changes(&start, 30).await.success(200);
        assert_eq!(kinds(&told.changes), ["session_ended"], "{told:?}");
    }
}

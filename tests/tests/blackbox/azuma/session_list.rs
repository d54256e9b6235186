//! `GET /user/sessions`

use azuma_tests::moments::{days, expect_in, minutes, moment};
use azuma_tests::people::Person;
use azuma_tests::shapes::is_uuid;
use azuma_tests::{Database, on_both_databases};

#[on_both_databases]
async fn lists_the_newest_first_which_one_asks_the_times_and_who_uses_it(db: Database) {
    let server = db.server().start();
    let azuma = server.azuma();
    let tokens = server.log_in_everywhere(&Person::named("neo")).await;
    let mut ids = Vec::new();
    for token in tokens.iter().rev() {
        ids.push(azuma.current_session(token).await.id);
    }
    let sessions = azuma.list_sessions(&tokens[0]).await;
    let current: Vec<_> = sessions.iter().map(|session| session.current).collect();
    assert_eq!(current, [false, false, true]);
    let listed: Vec<_> = sessions.iter().map(|session| session.id.as_str()).collect();
    assert_eq!(listed, ids);
    assert!(ids.iter().all(|id| is_uuid(id)), "{ids:?}");
    let own = &sessions[2];
    assert_eq!(own.user_agent.as_deref(), Some("azuma-tests"));
    assert_eq!(own.ip.as_deref(), Some("127.0.0.1"));
    expect_in(minutes(0), moment(&own.created_at));
    let last_use = own.last_used_at.as_deref().expect("asking is a use");
    expect_in(minutes(0), moment(last_use));
    expect_in(days(14), moment(&own.expires_at));
}

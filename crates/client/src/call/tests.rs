//! When a call is sent again, and how long it may take.

use std::sync::Arc;

use super::*;
use crate::answer::Done;
use crate::scripted::{Asked, Reply, Scripted};
use crate::secret::ServiceToken;

#[test]
fn whoever_waits_for_changes_has_as_much_longer_in_whole_seconds() {
    let server = Server::builder("http://a.example").timeout(Duration::from_secs(7));
    let token = ServiceToken::parse("azs_secret").unwrap();
    let service = server.build().unwrap().service(token);
    for (wait, seconds) in [(0, 0), (1, 1), (900, 1), (1_000, 1), (30_000, 30)] {
        let after = "1-ff".parse().unwrap();
        let call = service.changes(&after, Duration::from_millis(wait));
        assert_eq!(
            call.path,
            format!("/service/changes?after=1-ff&wait={seconds}")
        );
        assert_eq!(call.timeout, Duration::from_secs(7 + seconds));
    }
}

/// Sends a request with the token `a` to a server that refuses it, while the session gets the token `held`; and answers
/// the status, and how often which token was sent.
async fn refused_while_it_gets(held: &'static str, headers: &'static str) -> (u16, [usize; 2]) {
    let session = Arc::new(Session::new(Token::new("a")));
    let shared = Arc::clone(&session);
    let server = Scripted::start(move |asked: &Asked| {
        shared.replace(&Token::new("a"), Token::new(held));
        match asked.head.contains("Bearer b") {
            true => Reply::Answer(200, "", ""),
            false => Reply::Answer(401, headers, "{}"),
        }
    });
    let server = server.await;
    let call = Call::<Done>::post(&server.server(), "/").with(&session, Carrier::Bearer);
    let answer = call.answer().await.unwrap();
    let sent = ["Bearer a", "Bearer b"].map(|token| server.count(token));
    (answer.status.as_u16(), sent)
}

#[tokio::test]
async fn whoever_is_refused_with_a_former_token_is_sent_again_with_the_present_one() {
    assert_eq!(refused_while_it_gets("b", "").await, (200, [1, 1]));
    assert_eq!(refused_while_it_gets("a", "").await, (401, [1, 0]));
    let brings = "azuma-session: b\r\n";
    let status = refused_while_it_gets("a", brings).await;
    assert_eq!(status, (401, [1, 0]), "the token was live");
}

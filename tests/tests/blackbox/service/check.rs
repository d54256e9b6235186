//! `POST /service/check`.

use azuma_tests::clients::CheckedToken;
use azuma_tests::people::Person;
use azuma_tests::{Database, on_both_databases};
use reqwest::Method;

#[on_both_databases]
async fn tokens_of_every_dialect_are_answered_in_their_order(db: Database) {
    let server = db.server().start();
    let service = server.service("chat");
    let neo = Person::named("neo");
    let tokens = server.log_in_everywhere(&neo).await;
    let user = server.azuma().own_user(&tokens[0]).await.success(200);
    let unknown = "ee8e77d9-290e-4bb9-84a1-c2b7efb338df";
    let mut asked = vec!["no token", unknown];
    asked.extend(tokens.iter().map(String::as_str));
    asked.extend([tokens[0].as_str(), ""]);
    // From the database, then from memory.
    for _ in 0..2 {
        let checked = service.check(&asked).await.success(200);
        let live: Vec<_> = checked.answers.iter().map(|answer| answer.live).collect();
        let expected = asked
            .iter()
            .map(|text| tokens.iter().any(|token| token == text));
        assert_eq!(live, expected.collect::<Vec<_>>());
        assert_eq!(checked.answers[0], CheckedToken::default());
        for answer in checked.answers.iter().filter(|answer| answer.live) {
            let told = answer.user.as_ref().expect("a user");
            assert_eq!((&told.id, told.name.as_deref()), (&user.id, Some("neo")));
        }
        let last = checked.answers.len() - 2;
        assert_eq!(
            checked.answers[2], checked.answers[last],
            "the same token twice"
        );
        let session = server.azuma().current_session(&tokens[0]).await;
        assert_eq!(checked.answers[2].session.as_ref(), Some(&session.id));
    }
}

#[on_both_databases]
async fn a_check_is_a_use_of_the_session_and_a_peek_is_none(db: Database) {
    let server = db.server().start();
    let service = server.service("chat");
    let token = server.azuma().sign_up(&Person::named("neo")).await;
    let peek = async || {
        let mut peeked = service.peek(&[&token]).await.success(200);
        peeked.answers.remove(0).expires_at.expect("a live token")
    };
    let issued = peek().await;
    assert_eq!(peek().await, issued);
    let mut checked = service.check(&[&token]).await.success(200);
    let used = checked.answers.remove(0).expires_at.expect("a live token");
    assert!(used > issued, "{used} is not two weeks after {issued}");
    assert_eq!(peek().await, used);
    server.azuma().logout(&token).await.done(204);
    assert!(!service.peek(&[&token]).await.success(200).answers[0].live);
}

#[on_both_databases]
async fn no_tokens_too_many_and_too_large_a_body_are_refused(db: Database) {
    let server = db.server().start();
    let service = server.service("chat");
    let many = vec!["x"; 1_001];
    let answer = service.check(&many[..1_000]).await.success(200);
    assert_eq!(answer.answers.len(), 1_000);
    for tokens in [&many[..], &[]] {
        service.check(tokens).await.refused(400, "BAD_REQUEST");
    }
    for body in [
        "",
        "{}",
        r#"{"tokens": "x"}"#,
        r#"{"tokens": [1]}"#,
        r#"{"tokens": ["x"], "peek": 1}"#,
    ] {
        let request = service.request(Method::POST, "/service/check");
        let answer = request.json_text(body).send().await;
        answer.refused(400, "BAD_REQUEST");
    }
    let long = "x".repeat(256 * 1024);
    let fits = &long[r#"{"tokens":[""]}"#.len()..];
    service.check(&[fits]).await.done(200);
    let answer = service.check(&[&long]).await;
    answer.refused(413, "PAYLOAD_TOO_LARGE");
}

//! What gateways ask: `POST /service/introspect`, and `GET /service/users`.

use azuma_tests::clients::Introspected;
use azuma_tests::people::Person;
use azuma_tests::{Database, on_both_databases};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use reqwest::Method;

#[on_both_databases]
async fn introspection_tells_what_is_known_of_a_token(db: Database) {
    let server = db.server().start();
    let service = server.service("gateway");
    let token = server.azuma().sign_up(&Person::named("neo")).await;
    let user = server.azuma().own_user(&token).await.success(200);
    let told = service.introspect(&token).await.success(200);
    assert!(told.active && told.exp > told.iat);
    assert_eq!(told.sub.as_ref(), Some(&user.id));
    assert_eq!(told.username.as_deref(), Some("neo"));
    let session = server.azuma().current_session(&token).await;
    assert_eq!(told.sid, Some(session.id));
    assert_eq!(told.token_type.as_deref(), Some("Bearer"));
    server.azuma().logout(&token).await.done(204);
    for other in [token.as_str(), "nonsense"] {
        let told = service.introspect(other).await.success(200);
        assert_eq!(told, Introspected::default());
    }
    let request = service.request(Method::POST, "/service/introspect");
    let form = "application/x-www-form-urlencoded";
    let request = request.header("Content-Type", form).body("tokens=x");
    request.send().await.refused(400, "BAD_REQUEST");
}

#[on_both_databases]
async fn a_gateway_may_present_its_name_and_token_by_http_basic(db: Database) {
    let server = db.server().start();
    let service = server.service("gateway");
    server.service("web");
    let introspect = |user: &str, password: &str| {
        let pair = STANDARD.encode(format!("{user}:{password}"));
        let request = server.request(Method::POST, "/service/introspect");
        let request = request.header("Authorization", format!("Basic {pair}"));
        let form = "application/x-www-form-urlencoded";
        request.header("Content-Type", form).body("token=x").send()
    };
    introspect("gateway", &service.token).await.done(200);
    let refused = introspect("web", &service.token).await;
    refused.challenged_or_basic(true);
    let refused = introspect("gateway", "secret").await;
    refused.challenged_or_basic(true);
}

#[on_both_databases]
async fn users_are_shown_by_id_without_their_addresses(db: Database) {
    let server = db.server().start();
    let service = server.service("chat");
    let token = server.azuma().sign_up(&Person::named("neo")).await;
    let neo = server.azuma().own_user(&token).await.success(200);
    let token = server.azuma().sign_up(&Person::named("smith")).await;
    let smith = server.azuma().own_user(&token).await.success(200);
    server.setup().run(&["user", "disable", "smith"]).success();
    let nobody = "ee8e77d9-290e-4bb9-84a1-c2b7efb338df";
    let answer = service.users(&[&neo.id, nobody, &smith.id]).await;
    assert!(!answer.text().contains("example.org"), "no address");
    let users = answer.success(200).users;
    let mut told: Vec<_> = users
        .iter()
        .map(|user| (user.name.as_str(), user.disabled))
        .collect();
    told.sort_unstable();
    assert_eq!(told, [("neo", false), ("smith", true)]);
    let known = users.iter().find(|user| user.id == neo.id).expect("neo");
    assert_eq!(known.created_at, neo.created_at);
    let other_spelling = nobody.replace('-', "");
    for ids in [vec![], vec!["7"], vec![&*other_spelling], vec![nobody; 101]] {
        service.users(&ids).await.refused(400, "BAD_REQUEST");
    }
    service.users(&[nobody; 100]).await.done(200);
}

//! `GET /user/events`: one's own events.

use azuma_tests::people::Person;
use azuma_tests::server::Server;
use azuma_tests::{Database, on_both_databases};
use serde_json::{Value, json};

async fn page(server: &Server, token: &str, query: &str) -> Value {
    let path = format!("/user/events{query}");
    let page = server.get(&path).bearer(token).receive::<Value>();
    page.await.success(200)
}

fn actions(page: &Value) -> Vec<&str> {
    let events = page["events"].as_array().expect("events").iter();
    events
        .filter_map(|event| event["action"].as_str())
        .collect()
}

#[on_both_databases]
async fn a_user_sees_its_own_events_the_newest_first_and_page_by_page(db: Database) {
    let server = db.server().start();
    let (neo, smith) = (Person::named("neo"), Person::named("smith"));
    let token = server.azuma().sign_up(&neo).await;
    server.azuma().sign_up(&smith).await;
    let wrong = json!({"name": "neo", "password": "guess"});
    let wrong = server.post("/user/login", &wrong).send().await;
    wrong.refused(403, "FORBIDDEN");
    let session = server.azuma().current_session(&token).await.id;
    server.azuma().rename(&token, "theone").await.success(200);
    let all = page(&server, &token, "").await;
    assert_eq!(actions(&all), ["change_name", "login", "register"]);
    assert_eq!(all["next"], Value::Null);
    let [renamed, refused, _] = all["events"].as_array().expect("events").as_slice() else {
        panic!("{all}");
    };
    assert_eq!(
        *refused,
        json!({
            "id": refused["id"],
            "time": refused["time"],
            "action": "login",
            "outcome": "refused",
            "reason": "wrong_password",
            "actor": "client",
            "session_id": null,
            "ip": "127.0.0.1",
            "user_agent": refused["user_agent"],
            "request_id": wrong.request_id(),
        })
    );
    assert_eq!(
        (&renamed["actor"], &renamed["session_id"]),
        (&json!("user"), &json!(session))
    );
    let mut read = Vec::new();
    let mut query = "?limit=1".to_owned();
    loop {
        let page = page(&server, &token, &query).await;
        read.extend(page["events"].as_array().expect("events").clone());
        let Some(next) = page["next"].as_str() else {
            break;
        };
        query = format!("?limit=1&before={next}");
    }
    assert_eq!(json!(read), all["events"]);
}

#[on_both_databases]
async fn a_query_that_means_nothing_is_refused(db: Database) {
    let server = db.server().start();
    let token = server.azuma().sign_up(&Person::named("neo")).await;
    for query in [
        "?limit=0",
        "?limit=101",
        "?limit=-1",
        "?limit=many",
        "?before=",
        "?before=yesterday",
        "?before=5-ee8e77d9-290e-4bb9-84a1-c2b7efb338df",
    ] {
        let asked = server.get(&format!("/user/events{query}"));
        asked
            .bearer(&token)
            .send()
            .await
            .refused(400, "BAD_REQUEST");
    }
}

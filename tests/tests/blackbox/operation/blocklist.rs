//! `passwords.blocklist`.

use azuma_tests::clients::Update;
use azuma_tests::people::Person;
use azuma_tests::{Database, on_both_databases};
use serde_json::json;

#[on_both_databases]
async fn a_common_password_and_ones_own_name_are_refused_in_each_dialect(db: Database) {
    let server = db.server().set("passwords.blocklist", "true").start();
    let azuma = server.azuma();
    let (name, email) = ("trinity", "trinity@example.org");
    for password in ["PassWord", "Trinity99"] {
        let refused = azuma.register(name, email, password).await;
        refused.refused(400, "BAD_REQUEST");
        assert!(refused.text().contains("PASSWORD_GUESSABLE"));
        let refused = server.legacy().register(name, password).await;
        refused.refused_with_code(400, "BAD_REQUEST");
        let refused = server.account().register(name, password, email).await;
        refused.refused(400, "BAD_REQUEST");
    }
    let token = azuma.sign_up(&Person::named("neo")).await;
    let update = Update::default().password("password");
    azuma
        .update(&token, &update)
        .await
        .refused(400, "BAD_REQUEST");
    let update = Update::default().password("correct horse battery");
    azuma.update(&token, &update).await.done(200);
}

#[on_both_databases]
async fn by_default_they_are_passwords(db: Database) {
    let server = db.server().start();
    let body = json!({"name": "user1", "password": "user1"});
    server.post("/api/register", &body).send().await.done(200);
    let body = json!({"name": "user1", "password": "user1"});
    server.post("/api/login", &body).send().await.done(200);
}

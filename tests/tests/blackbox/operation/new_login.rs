//! `mail.new_login`.

use azuma_tests::people::Person;
use azuma_tests::{Database, on_both_databases};
use serde_json::json;

#[on_both_databases]
async fn a_login_from_another_network_is_told_by_mail_in_each_dialect(db: Database) {
    let server = db
        .server()
        .set("mail.new_login", "true")
        .set("http.trusted_proxies", "127.0.0.0/8")
        .start();
    let neo = Person::named("neo");
    // The mails so far: the verification.
    server.account().sign_up(&neo, &server.mail()).await;
    let (name, password) = (&neo.name, &neo.password);
    for (number, path, body) in [
        (
            2,
            "/user/login",
            json!({"name": name, "password": password}),
        ),
        (3, "/api/login", json!({"name": name, "password": password})),
        (
            4,
            "/account/authenticate",
            json!({"username": name, "password": password}),
        ),
    ] {
        for _ in 0..2 {
            let login = server.post(path, &body);
            let ip = format!("198.51.{number}.1");
            let login = login.header("X-Forwarded-For", &ip);
            login.header("Accept-Language", "de").send().await.done(200);
        }
        let mail = server.mail().nth_to(&neo.email, number).await;
        assert_eq!(mail.subject, "Neue Anmeldung bei azumaneo");
    }
    assert_eq!(server.mail().to(&neo.email).len(), 4);
}

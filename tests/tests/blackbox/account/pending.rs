//! An account that waits for its verification.

use std::time::Duration;

use azuma_tests::clients::Conflict;
use azuma_tests::moments::outwait;
use azuma_tests::people::Person;
use azuma_tests::server::Server;
use azuma_tests::{Database, on_both_databases};

const LIFETIME: Duration = Duration::from_secs(1);

async fn wait_for_verification(server: &Server, person: &Person) {
    let answer = server
        .account()
        .register(&person.name, &person.password, &person.email)
        .await;
    answer.done(200);
}

#[on_both_databases]
async fn the_right_password_is_told_to_wait(db: Database) {
    let server = db.server().start();
    let neo = Person::named("neo");
    wait_for_verification(&server, &neo).await;
    let (name, password) = (&neo.name, &neo.password);
    server
        .account()
        .authenticate(name, password)
        .await
        .refused(424, "NOT_VERIFIED");
    server
        .azuma()
        .login(name, password)
        .await
        .refused(403, "FORBIDDEN");
    server
        .legacy()
        .login(name, password)
        .await
        .refused_with_code(403, "FORBIDDEN");
}

#[on_both_databases]
async fn a_wrong_password_is_wrong_as_ever(db: Database) {
    let server = db.server().start();
    wait_for_verification(&server, &Person::named("neo")).await;
    server
        .account()
        .authenticate("neo", "wrong")
        .await
        .refused(401, "UNAUTHORIZED");
    server
        .azuma()
        .login("neo", "wrong")
        .await
        .refused(403, "FORBIDDEN");
    server
        .legacy()
        .login("neo", "wrong")
        .await
        .refused_with_code(401, "UNAUTHORIZED");
}

#[on_both_databases]
async fn holds_its_name_in_every_dialect(db: Database) {
    let server = db.server().start();
    wait_for_verification(&server, &Person::named("neo")).await;
    let answer = server
        .azuma()
        .register("NEO", "other@example.org", "secret")
        .await;
    answer.refused(409, "ALREADY_EXISTS");
    let answer = server.legacy().register("NEO", "secret").await;
    answer.refused_with_code(409, "ALREADY_EXISTS");
    let answer = server
        .account()
        .register("NEO", "secret", "other@example.org")
        .await;
    assert_eq!(answer.refusal().conflict, Some(Conflict::Username));
}

#[on_both_databases]
async fn holds_its_email_in_every_dialect(db: Database) {
    let server = db.server().start();
    let neo = Person::named("neo");
    wait_for_verification(&server, &neo).await;
    let answer = server.azuma().register("other", &neo.email, "secret").await;
    answer.refused(409, "ALREADY_EXISTS");
    let answer = server
        .account()
        .register("other", "secret", &neo.email)
        .await;
    assert_eq!(answer.refusal().conflict, Some(Conflict::Email));
}

#[on_both_databases]
async fn holds_its_name_against_a_renaming(db: Database) {
    let server = db.server().start();
    wait_for_verification(&server, &Person::named("neo")).await;
    let token = server.azuma().sign_up(&Person::named("thomas")).await;
    server
        .azuma()
        .rename(&token, "neo")
        .await
        .refused(409, "ALREADY_EXISTS");
}

#[on_both_databases]
async fn is_free_once_its_time_is_over(db: Database) {
    let server = db.server().set("registration.lifetime", "1s").start();
    let neo = Person::named("neo");
    wait_for_verification(&server, &neo).await;
    outwait(LIFETIME).await;
    wait_for_verification(&server, &neo).await;
}

#[on_both_databases]
async fn is_free_for_every_dialect_once_its_time_is_over(db: Database) {
    let server = db.server().set("registration.lifetime", "1s").start();
    let (neo, thomas) = (Person::named("neo"), Person::named("thomas"));
    let token = server.azuma().sign_up(&Person::named("cypher")).await;
    wait_for_verification(&server, &neo).await;
    wait_for_verification(&server, &thomas).await;
    wait_for_verification(&server, &Person::named("tank")).await;
    outwait(LIFETIME).await;
    server
        .azuma()
        .register("other", &neo.email, "secret")
        .await
        .done(201);
    server
        .legacy()
        .register(&neo.name, "secret")
        .await
        .done(200);
    server
        .azuma()
        .register(&thomas.name, &thomas.email, "secret")
        .await
        .done(201);
    server.azuma().rename(&token, "tank").await.done(200);
}

#[on_both_databases]
async fn its_link_is_unknown_once_its_time_is_over(db: Database) {
    let server = db.server().set("registration.lifetime", "1s").start();
    let link = server
        .account()
        .request_account(&Person::named("neo"), &server.mail())
        .await;
    outwait(LIFETIME).await;
    server
        .account()
        .verify(&link)
        .await
        .refused(404, "NOT_FOUND");
}

#[on_both_databases]
async fn it_is_unknown_once_its_time_is_over(db: Database) {
    let server = db.server().set("registration.lifetime", "1s").start();
    let neo = Person::named("neo");
    wait_for_verification(&server, &neo).await;
    outwait(LIFETIME).await;
    let (name, password) = (&neo.name, &neo.password);
    server
        .account()
        .authenticate(name, password)
        .await
        .refused(404, "NOT_FOUND");
    server
        .azuma()
        .login(name, password)
        .await
        .refused(404, "NOT_FOUND");
    server
        .legacy()
        .login(name, password)
        .await
        .refused_with_code(404, "NOT_FOUND");
}

#[on_both_databases]
async fn the_next_one_of_that_name_gets_a_link_of_its_own(db: Database) {
    let mut server = db.server().set("registration.lifetime", "1s").start();
    let neo = Person::named("neo");
    let old = server.account().request_account(&neo, &server.mail()).await;
    outwait(LIFETIME).await;
    server
        .reconfigure(|setup| setup.unset("registration.lifetime"))
        .await;
    let new = server.account().request_account(&neo, &server.mail()).await;
    server
        .account()
        .verify(&old)
        .await
        .refused(404, "NOT_FOUND");
    server.account().verify(&new).await.done(200);
}

//! Sliding sessions of the current dialect.

use std::time::Duration;

use azuma_tests::moments::outwait;
use azuma_tests::people::Person;
use azuma_tests::{Database, on_both_databases};

#[on_both_databases]
async fn an_unused_one_expires_and_one_used_in_any_dialect_whatever_the_answer_lives_on(
    db: Database,
) {
    let setup = db.server().set("sessions.sliding.first_use_within", "2s");
    let server = setup.start();
    let azuma = server.azuma();
    let neo = Person::named("neo");
    let unused = azuma.sign_up(&neo).await;
    server.get("/").bearer(&unused).send().await.done(200);
    let at_legacy = azuma.sign_in(&neo).await;
    server.legacy().me(&at_legacy).await.done(200);
    let in_vain = azuma.sign_in(&neo).await;
    let answer = azuma.user(&in_vain, "nobody").await;
    answer.refused(404, "NOT_FOUND");
    outwait(Duration::from_secs(2)).await;
    azuma.own_user(&unused).await.challenged(true);
    azuma.own_user(&at_legacy).await.done(200);
    azuma.own_user(&in_vain).await.done(200);
}

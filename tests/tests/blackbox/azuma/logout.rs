//! `POST /user/logout` and `DELETE /user/sessions/{id}`

use azuma_tests::people::Person;
use azuma_tests::{Database, on_both_databases};
use reqwest::Method;

#[on_both_databases]
async fn ends_this_session_or_all_of_the_user(db: Database) {
    let server = db.server().start();
    let azuma = server.azuma();
    let bystander = azuma.sign_up(&Person::named("trinity")).await;
    let tokens = server.log_in_everywhere(&Person::named("neo")).await;
    let [token, others @ ..] = &tokens;
    azuma.logout(token).await.done(204);
    azuma.own_user(token).await.challenged(true);
    for other in others {
        azuma.own_user(other).await.done(200);
    }
    for query in [
        "everywhere=maybe",
        "everywhere",
        "everywhere=1",
        "everywhere=%00",
    ] {
        let request = server.request(Method::POST, &format!("/user/logout?{query}"));
        let answer = request.bearer(&others[0]).send().await;
        answer.refused(400, "BAD_REQUEST");
    }
    azuma.logout_everywhere(&others[0]).await.done(204);
    for other in others {
        azuma.own_user(other).await.challenged(true);
    }
    azuma.own_user(&bystander).await.done(200);
}

#[on_both_databases]
async fn a_session_is_ended_by_its_id_and_may_end_itself(db: Database) {
    let server = db.server().start();
    let azuma = server.azuma();
    let neo = Person::named("neo");
    let token = azuma.sign_up(&neo).await;
    for ended in [azuma.sign_in(&neo).await, token.clone()] {
        let id = azuma.current_session(&ended).await.id;
        azuma.revoke_session(&token, &id).await.done(204);
        azuma.own_user(&ended).await.challenged(true);
    }
}

#[on_both_databases]
async fn a_session_that_is_not_the_users_own_is_not_found(db: Database) {
    let server = db.server().start();
    let azuma = server.azuma();
    let trinity = azuma.sign_up(&Person::named("trinity")).await;
    let of_another = azuma.current_session(&trinity).await.id;
    let token = azuma.sign_up(&Person::named("neo")).await;
    let unknown = "ee8e77d9-290e-4bb9-84a1-c2b7efb338df";
    for id in [of_another.as_str(), unknown, "first"] {
        let answer = azuma.revoke_session(&token, id).await;
        answer.refused(404, "NOT_FOUND");
    }
    azuma.own_user(&trinity).await.done(200);
}

//! `DELETE /user/self`

use azuma_tests::people::Person;
use azuma_tests::{Database, on_both_databases};

#[on_both_databases]
async fn deletes_the_user_of_every_dialect(db: Database) {
    let server = db.server().start();
    let azuma = server.azuma();
    let neo = Person::named("neo");
    let tokens = server.log_in_everywhere(&neo).await;
    let id = azuma.own_user(&tokens[0]).await.success(200).id;
    let viewer = azuma.sign_up(&Person::named("viewer")).await;
    azuma.delete_self(&tokens[0]).await.done(204);
    for token in &tokens {
        azuma.own_user(token).await.challenged(true);
    }
    azuma.user(&viewer, &id).await.refused(404, "NOT_FOUND");
    let login = azuma.login(&neo.name, &neo.password).await;
    login.refused(404, "NOT_FOUND");
}

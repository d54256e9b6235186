//! `DELETE /user/self`

use azuma_tests::people::Person;
use azuma_tests::{Database, on_both_databases};

#[on_both_databases]
async fn deletes_the_user_of_every_dialect(db: Database) {
    let server = db.server().start();
    let azuma = server.azuma();
    let neo = Person::named("neo");
    let caller = azuma.sign_up(&neo).await;
    let id = azuma.own_user(&caller).await.success(200).id;
    let others = [
        azuma.sign_in(&neo).await,
        server.legacy().sign_in(&neo).await.token,
        server.account().sign_in(&neo).await,
    ];
    for token in &others {
        azuma.own_user(token).await.done(200);
    }
    let viewer = azuma.sign_up(&Person::named("viewer")).await;
    azuma.delete_self(&caller).await.done(204);
    azuma.own_user(&caller).await.challenged(true);
    for token in &others {
        azuma.own_user(token).await.challenged(true);
    }
    azuma.user(&viewer, &id).await.refused(404, "NOT_FOUND");
    let login = azuma.login(&neo.name, &neo.password).await;
    login.refused(404, "NOT_FOUND");
}

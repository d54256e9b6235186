//! `DELETE /account/delete`

use azuma_tests::people::Person;
use azuma_tests::{Database, on_both_databases};

#[on_both_databases]
async fn deletes_the_user_of_every_dialect(db: Database) {
    let server = db.server().start();
    let (account, azuma) = (server.account(), server.azuma());
    let neo = Person::named("neo");
    let token = account.sign_up(&neo, &server.mail()).await;
    let other = azuma.sign_in(&neo).await;
    azuma.own_user(&other).await.done(200);
    account.delete(&token).await.done(200);
    account.tokens(&token).await.challenged(true);
    azuma.own_user(&other).await.challenged(true);
    let login = account.authenticate(&neo.name, &neo.password).await;
    login.refused(404, "NOT_FOUND");
}

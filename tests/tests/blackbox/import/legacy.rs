//! Users of an export of the first Azuma.

use azuma_tests::{Database, on_both_databases};

use super::{PASSWORDS, argument, counts, imported_hashes, logs_in_everywhere};

#[on_both_databases]
async fn users_keep_their_passwords_and_the_ids_that_clients_know(db: Database) {
    let server = db.server().start();
    let file = argument("legacy.jsonl");
    let import = ["import", "--from", "legacy", &file];
    assert_eq!(server.setup().run(&import).success(), counts(3, 0, 0));
    assert_eq!(imported_hashes(&server), 3);
    for (number, password) in PASSWORDS.iter().enumerate() {
        let name = format!("legacy{number}");
        logs_in_everywhere(&server, &name, password).await;
        let issued = server.legacy().login(&name, password).await.success(200);
        let id = format!("5e626bd89158f3ecad052a{number:02x}");
        assert_eq!(issued.userid.oid, id);
        let me = server.legacy().me(&issued.token).await.success(200);
        assert_eq!((me._id.oid, me.name), (id, name));
        assert_eq!(me.icon.as_deref(), (number == 0).then_some("icon.here"));
    }
    // The hash of the one that cannot be prepared stays.
    assert_eq!(imported_hashes(&server), 1);
    assert_eq!(server.setup().run(&import).success(), counts(0, 3, 0));
}

//! Users of the documented format.

use std::fs;

use azuma_tests::{Database, on_both_databases};
use serde_json::Value;

use super::{PASSWORDS, argument, counts, fixture, imported_hashes, logs_in_everywhere};

/// The users of the file, with their passwords.
fn users() -> Vec<(Value, &'static str)> {
    let text = fs::read_to_string(fixture("users.jsonl")).expect("a fixture");
    let passwords = PASSWORDS.into_iter().cycle();
    text.lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .zip(passwords)
        // The last is of another password.
        .take(60)
        .collect()
}

#[on_both_databases]
async fn users_log_in_whichever_system_hashed_their_passwords(db: Database) {
    let server = db.server().start();
    let file = argument("users.jsonl");
    let import = ["import", "--from", "json-lines", &file];
    assert_eq!(server.setup().run(&import).success(), counts(61, 0, 0));
    for (number, (user, password)) in users().iter().enumerate() {
        let name = user["name"].as_str().expect("a name");
        // Every dialect for one of each system.
        match number % 3 {
            0 => logs_in_everywhere(&server, name, password).await,
            _ => drop(server.azuma().login(name, password).await.success(200)),
        }
        let token = server
            .azuma()
            .login(name, password)
            .await
            .success(200)
            .token;
        let own = server.azuma().own_user(&token).await.success(200);
        assert_eq!(own.email.as_deref(), user["email"].as_str());
        assert_eq!(Some(own.email_verified), user["email_verified"].as_bool());
        assert_eq!(Some(own.created_at.as_str()), user["created_at"].as_str());
    }
    // Those of passwords that cannot be prepared stay, and that of the user who did not log in.
    assert_eq!(imported_hashes(&server), 20 + 1);
    assert_eq!(server.setup().run(&import).success(), counts(0, 61, 0));
    let trail = server.setup().run(&["audit", "--json"]);
    let imports = trail
        .success()
        .lines()
        .filter(|line| line.contains("import_users"));
    let imports: Vec<Value> = imports
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    assert_eq!(imports.len(), 1);
    assert_eq!(imports[0]["actor"], "operator");
}

#[on_both_databases]
async fn a_dry_run_tells_the_same_and_writes_nothing(db: Database) {
    let server = db.server().start();
    let file = argument("users.jsonl");
    let import = ["import", "--from", "json-lines", &file, "--json"];
    let dry = server.setup().run(&[&import[..], &["--dry-run"]].concat());
    let told: Value = serde_json::from_str(dry.success()).expect("JSON");
    assert_eq!(
        (&told["taken"], &told["dry_run"]),
        (&61.into(), &true.into())
    );
    assert_eq!(imported_hashes(&server), 0);
    let wet = server.setup().run(&import);
    assert_eq!(wet.success().replace("false", "true"), dry.stdout);
}

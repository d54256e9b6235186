//! Where a new password comes from.

use azuma_tests::Database;
use azuma_tests::server::Setup;

fn migrated() -> Setup {
    let setup = Database::Sqlite.server();
    setup.run(&["migrate"]).success();
    setup
}

#[tokio::test]
async fn a_generated_password_is_printed_once_and_works() {
    let server = Database::Sqlite
        .server()
        .set("passwords.blocklist", "true")
        .start();
    let finished = server.setup().run(&["user", "create", "neo", "--generate"]);
    let (_, password) = finished
        .success()
        .split_once("password: ")
        .expect("a password");
    server
        .azuma()
        .login("neo", password.trim_end())
        .await
        .done(200);
    let finished = server
        .setup()
        .run(&["user", "set-password", "neo", "--generate", "--json"]);
    let set: serde_json::Value = serde_json::from_str(finished.success()).expect("a JSON object");
    let password = set["password"].as_str().expect("a password");
    server.azuma().login("neo", password).await.done(200);
    assert_eq!(set["revoked_sessions"], 1);
}

#[tokio::test]
async fn a_terminal_is_asked_twice_and_shows_nothing_of_it() {
    let server = Database::Sqlite.server().start();
    let typed = [
        ("New password: ", "trinity-s-secret"),
        ("The same again: ", "trinity-s-secret"),
    ];
    let finished = server
        .setup()
        .run_on_terminal(&["user", "create", "neo"], &typed);
    assert!(
        finished.success().contains("neo is created"),
        "{}",
        finished.stdout
    );
    assert!(!finished.stdout.contains("secret"), "{}", finished.stdout);
    server
        .azuma()
        .login("neo", "trinity-s-secret")
        .await
        .done(200);
    let typed = [("New password: ", "one"), ("The same again: ", "another")];
    let set = ["user", "set-password", "neo", "--password-stdin"];
    let finished = server.setup().run_on_terminal(&set, &typed);
    assert_eq!(finished.status.code(), Some(4), "{}", finished.stdout);
    assert!(
        finished.stdout.contains("the two passwords differ"),
        "{}",
        finished.stdout
    );
    server
        .azuma()
        .login("neo", "trinity-s-secret")
        .await
        .done(200);
}

#[test]
fn without_a_terminal_somebody_must_say_where_it_comes_from() {
    let setup = migrated();
    let finished = setup.run(&["user", "create", "neo"]);
    assert!(
        finished.complaint().contains("--password-stdin"),
        "{}",
        finished.stderr
    );
    // A password on the command line is an argument too many, and is not repeated with a name of its own.
    assert!(
        !setup
            .run(&["user", "create", "neo", "secret"])
            .status
            .success()
    );
    let both = ["user", "create", "neo", "--generate", "--password-stdin"];
    assert!(!setup.run(&both).status.success());
}

#[test]
fn what_is_no_password_or_follows_no_rule_is_refused() {
    let setup = migrated().set("passwords.min_length", "12");
    for (input, said) in [
        ("", "1 to 1,024 bytes"),
        ("two\nlines-of-text", "1 to 1,024 bytes"),
        (&"x".repeat(100_000), "1 to 1,024 bytes"),
        ("short", "at least 12 characters"),
    ] {
        let create = ["user", "create", "neo", "--password-stdin"];
        let finished = setup.run_reading(&create, input);
        assert!(finished.complaint().contains(said), "{}", finished.stderr);
        assert_eq!(finished.status.code(), Some(4));
    }
}

#[test]
fn a_person_who_deletes_an_account_is_asked_to_say_so() {
    let setup = migrated();
    setup
        .run(&["user", "create", "neo", "--generate"])
        .success();
    let finished = setup.run_on_terminal(&["user", "delete", "neo"], &[]);
    assert_eq!(finished.status.code(), Some(2), "{}", finished.stdout);
    assert!(finished.stdout.contains("--yes"), "{}", finished.stdout);
    setup.run(&["user", "show", "neo"]).success();
    let finished = setup.run_on_terminal(&["user", "delete", "neo", "--yes"], &[]);
    assert_eq!(finished.success(), "neo is deleted\r\n");
}

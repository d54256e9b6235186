//! An error at start is one sentence, before anything is served. The unit tests of the configuration cover every kind
//! of wrong value.

use std::fs;
use std::net::TcpListener;

use azuma_tests::Database;
use azuma_tests::server::Setup;

/// Runs the server, which must end with one sentence that has these words in it.
#[track_caller]
fn expect_complaint(setup: &Setup, arguments: &[&str], words: &[&str]) {
    let finished = setup.run(arguments);
    let said = finished.complaint();
    for word in words {
        assert!(said.contains(word), "{word} in: {said}");
    }
}

#[test]
fn a_setting_that_is_wrong_is_named_with_where_it_came_from() {
    let mistyped = Setup::sqlite().set("http.listne", "127.0.0.1:0");
    let names = ["AZUMA_HTTP__LISTNE", "AZUMA_HTTP__LISTEN"];
    expect_complaint(&mistyped, &[], &names);
    let refused = Setup::sqlite().set("sessions.rotating.grace", "soon");
    let names = ["AZUMA_SESSIONS__ROTATING__GRACE", "sessions.rotating.grace"];
    expect_complaint(&refused, &[], &names);
    let setup = Setup::sqlite();
    let missing = ["--config", "nowhere.toml"];
    expect_complaint(&setup, &missing, &["nowhere.toml"]);
    for (content, name) in [
        (
            "[sessions.rotating]\nrenew_whitin = \"3d\"\n",
            "renew_whitin",
        ),
        ("[http\nlisten = ", "line 1"),
    ] {
        fs::write(setup.home().join("azuma.toml"), content).expect("a writable directory");
        let file = ["--config", "azuma.toml"];
        expect_complaint(&setup, &file, &["azuma.toml", name]);
    }
}

#[test]
fn a_missing_key_stops_the_start_on_postgres() {
    let setup = Database::Postgres.server_with_defaults();
    let setup = setup.unset("secret_key");
    expect_complaint(&setup, &[], &["secret_key"]);
}

#[test]
fn an_unreachable_database_stops_the_start_and_its_password_is_not_shown() {
    let setup = Setup::postgres("postgres://azuma:database-secret@127.0.0.1:1/azuma");
    for arguments in [&[][..], &["migrate"]] {
        let finished = setup.run(arguments);
        let said = finished.complaint();
        assert!(said.contains("database"), "{said}");
        let everything = format!("{said}{}", finished.stdout);
        assert!(!everything.contains("database-secret"), "{everything}");
    }
}

#[test]
fn a_database_file_that_is_none_or_cannot_be_made_stops_the_start() {
    let setup = Setup::sqlite();
    let data = setup.home().join("data");
    fs::write(&data, "a file, not a directory").expect("a writable directory");
    expect_complaint(&setup, &[], &[]);
    let nonsense = Setup::sqlite();
    let data = nonsense.home().join("data");
    let made = fs::create_dir(&data);
    let file = "nonsense ".repeat(1_000);
    let made = made.and_then(|()| fs::write(data.join("azuma.db"), file));
    made.expect("a writable directory");
    expect_complaint(&nonsense, &[], &[]);
}

#[test]
fn an_address_in_use_stops_the_start() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = taken.local_addr().expect("its address").to_string();
    let setup = Setup::sqlite().set("http.listen", &address);
    expect_complaint(&setup, &[], &[&address]);
}

//! What is wrong is said in one sentence, before anything is served.

use std::fs;
use std::net::TcpListener;

use azuma_tests::Database;
use azuma_tests::server::Setup;

#[track_caller]
fn expect_named(complaint: &str, names: &[&str]) {
    let said = complaint.to_lowercase();
    for name in names {
        assert!(
            said.contains(&name.to_lowercase()),
            "{name} in: {complaint}"
        );
    }
}

/// A setup with a configuration file, to be used with `--config azuma.toml`.
fn with_file(content: &str) -> Setup {
    let setup = Setup::sqlite();
    fs::write(setup.home().join("azuma.toml"), content).expect("a writable directory");
    setup
}

const FILE: &[&str] = &["--config", "azuma.toml"];

#[test]
fn an_unknown_key_in_the_environment_is_named_with_the_nearest_known_one() {
    let finished = Setup::sqlite().set("http.listne", "127.0.0.1:0").run(&[]);
    expect_named(
        finished.complaint(),
        &["AZUMA_HTTP__LISTNE", "AZUMA_HTTP__LISTEN"],
    );
}

#[test]
fn an_unknown_key_in_a_file_is_named_with_the_nearest_known_one() {
    let finished = with_file("[sessions.rotating]\nrenew_whitin = \"3d\"\n").run(FILE);
    let names = [
        "renew_whitin",
        "azuma.toml",
        "sessions.rotating.renew_within",
    ];
    expect_named(finished.complaint(), &names);
}

#[test]
fn an_unknown_section_is_named() {
    let finished = with_file("[sesions]\nx = 1\n").run(FILE);
    expect_named(finished.complaint(), &["sesions", "azuma.toml"]);
}

#[test]
fn a_value_of_another_type_is_named_with_its_key() {
    for (key, value) in [
        ("sessions.rotating.grace", "soon"),
        ("sessions.cache_entries", "many"),
        ("http.listen", "nowhere"),
        ("http.public_url", "no url"),
        ("http.trusted_proxies", "[\"everyone\"]"),
        ("passwords.min_length", "-1"),
        ("dialects.legacy", "perhaps"),
        ("database.url", "mysql://localhost/azuma"),
        ("secret_key", "short"),
        ("previous_secret_keys", "[\"short\"]"),
        ("mail.from", "nobody"),
        ("telemetry.log_format", "verse"),
    ] {
        let finished = Setup::sqlite().set(key, value).run(&[]);
        let complaint = finished.complaint();
        let variable = azuma_tests::server::variable(key);
        assert!(
            complaint.contains(key) || complaint.contains(&variable),
            "{key}: {complaint}"
        );
    }
}

#[test]
fn a_broken_file_is_named() {
    let finished = with_file("[http\nlisten = ").run(FILE);
    expect_named(finished.complaint(), &["azuma.toml"]);
}

#[test]
fn a_missing_file_is_named() {
    let finished = Setup::sqlite().run(&["--config", "nowhere.toml"]);
    expect_named(finished.complaint(), &["nowhere.toml"]);
}

#[test]
fn a_missing_key_stops_the_start_on_postgres() {
    let finished = Database::Postgres
        .server_with_defaults()
        .unset("secret_key")
        .run(&[]);
    expect_named(finished.complaint(), &["secret_key"]);
}

#[test]
fn an_unreachable_database_stops_the_start() {
    let setup = Setup::postgres("postgres://postgres@127.0.0.1:1/azuma");
    for arguments in [&[][..], &["migrate"]] {
        let finished = setup.run(arguments);
        expect_named(finished.complaint(), &["database"]);
    }
}

#[test]
fn a_password_for_an_unreachable_database_is_not_shown() {
    let setup = Setup::postgres("postgres://azuma:database-secret@127.0.0.1:1/azuma");
    let finished = setup.run(&[]);
    assert!(
        !finished.complaint().contains("database-secret"),
        "{}",
        finished.stderr
    );
    assert!(
        !finished.stdout.contains("database-secret"),
        "{}",
        finished.stdout
    );
}

#[test]
fn a_database_file_that_cannot_be_made_stops_the_start() {
    let setup = Setup::sqlite();
    fs::write(setup.home().join("data"), "a file, not a directory").expect("a writable directory");
    setup.run(&[]).complaint();
}

#[test]
fn a_file_that_is_no_database_stops_the_start() {
    let setup = Setup::sqlite();
    let data = setup.home().join("data");
    fs::create_dir(&data).expect("a writable directory");
    fs::write(data.join("azuma.db"), "nonsense ".repeat(1_000)).expect("a writable directory");
    setup.run(&[]).complaint();
}

#[test]
fn an_address_in_use_stops_the_start() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = taken.local_addr().expect("its address").to_string();
    let finished = Setup::sqlite().set("http.listen", &address).run(&[]);
    expect_named(finished.complaint(), &[&address]);
}

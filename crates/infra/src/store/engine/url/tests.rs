use super::*;

fn parse(text: &str) -> DatabaseUrl {
    DatabaseUrl::parse(text).expect("a database URL")
}

#[test]
fn an_sqlite_url_names_a_file() {
    assert_eq!(
        parse("sqlite://data/azuma.db").sqlite_path(),
        Some(Path::new("data/azuma.db"))
    );
    assert_eq!(
        parse("sqlite:///var/lib/azuma.db").sqlite_path(),
        Some(Path::new("/var/lib/azuma.db"))
    );
    assert_eq!(DatabaseUrl::in_memory().sqlite_path(), None);
}

#[test]
fn what_names_no_database_is_refused_with_the_reason() {
    let refusal = |text| DatabaseUrl::parse(text).expect_err(text);
    for text in [
        "",
        "azuma.db",
        "mysql://localhost/azuma",
        "sqlite:azuma.db",
        "sqlite::memory:",
        "postgres:x",
    ] {
        assert_eq!(refusal(text), InvalidDatabaseUrl::Scheme, "{text}");
    }
    for text in ["sqlite://", "sqlite://data/", "sqlite://:memory:"] {
        assert_eq!(refusal(text), InvalidDatabaseUrl::NoPath, "{text}");
    }
    assert_eq!(
        refusal("sqlite://azuma.db?mode=ro"),
        InvalidDatabaseUrl::SqliteParameters
    );
    for text in [
        "postgres://azuma:a@b@db/azuma",
        "postgres://azuma:a/b@db/azuma",
        "postgres://azuma:12/b@db/azuma",
        "postgres://azuma:a%zz@db/azuma",
        "postgres://azuma:a%00@db/azuma",
        "postgres://azuma:a%4@db/azuma",
    ] {
        assert_eq!(refusal(text), InvalidDatabaseUrl::Encoding, "{text}");
    }
}

#[test]
fn a_password_is_masked() {
    for (text, shown) in [
        ("postgres://u:pw@db/azuma", "postgres://u:********@db/azuma"),
        ("postgres://:pw@/a", "postgres://:********@/a"),
        (
            "postgresql://u:pw@a:1,b:2/a",
            "postgresql://u:********@a:1,b:2/a",
        ),
        (
            "postgres://db/a?user=u&password=pw&sslPassword=pw2&sslmode=require",
            "postgres://db/a?user=u&password=********&sslPassword=********&sslmode=require",
        ),
        ("postgres://u:p?w@db/a", "postgres://u:********@db/a"),
        (
            "postgres://u:p#w@db/a?host=c",
            "postgres://u:********@db/a?host=c",
        ),
        ("postgres://db?password=p@w", "postgres://db:********@w"),
    ] {
        let url = parse(text);
        assert_eq!(url.to_string(), shown);
        assert_eq!(format!("{url:?}"), format!("DatabaseUrl({shown})"));
    }
}

#[test]
fn of_the_parameters_those_that_are_no_secret_are_shown_and_no_others() {
    for secret in [
        "password",
        "sslpassword",
        "p%61ssword",
        "scram_client_key",
        "scram_server_key",
        "oauth_client_secret",
        "of_a_later_release",
    ] {
        let url = format!("postgres://db/a?sslmode=require&{secret}=pw&user=u");
        let shown = format!("postgres://db/a?sslmode=require&{secret}=********&user=u");
        assert_eq!(parse(&url).to_string(), shown);
    }
    let url = parse("postgres://db/a?password=p&w");
    assert_eq!(
        url.to_string(),
        "postgres://db/a?password=********&********"
    );
}

#[test]
fn a_url_without_a_password_is_shown_as_it_is() {
    for text in [
        "sqlite://data/azuma.db",
        "postgres://u@db:5432/azuma?sslmode=verify-full",
        "postgres://db:5432/azuma?application_name=a@b",
        "postgres:///azuma?host=/run/postgresql",
    ] {
        assert_eq!(parse(text).to_string(), text);
    }
}

fn on_a_machine_with_everything(text: &str) -> String {
    let paths = LibpqPaths {
        socket_directory: Some("/run/postgresql"),
        authorities: Some("/etc/ssl/all.crt"),
    };
    let rest = text.strip_prefix("postgres://").expect("a URL of Postgres");
    let uri = postgres::parse(rest, paths).expect("a URL of Postgres");
    uri.to_string()
}

#[test]
fn the_authorities_of_the_system_are_those_of_this_machine() {
    for text in [
        "postgres://db/azuma?sslrootcert=system",
        "postgres://db/azuma?sslmode=verify-full&sslrootcert=system",
    ] {
        let uri = on_a_machine_with_everything(text);
        assert!(uri.contains("sslrootcert=/etc/ssl/all.crt"), "{uri}");
        assert!(uri.contains("sslmode=verify-full"), "{uri}");
        assert!(!uri.contains("system"), "{uri}");
    }
}

#[test]
fn a_weak_mode_beside_the_authorities_of_the_system_is_for_libpq_to_refuse() {
    let uri = on_a_machine_with_everything("postgres://db/azuma?sslmode=prefer&sslrootcert=system");
    assert!(uri.contains("sslmode=prefer&sslrootcert=system&"), "{uri}");
}

#[test]
fn only_a_url_without_a_host_is_led_to_the_socket_of_this_machine() {
    for (text, is_led) in [
        ("postgres:///azuma", true),
        ("postgres://azuma@/azuma", true),
        ("postgres://", true),
        ("postgres://db/azuma", false),
        ("postgres:///azuma?host=/tmp", false),
        ("postgres:///azuma?service=azuma", false),
    ] {
        let uri = on_a_machine_with_everything(text);
        assert_eq!(uri.contains("host=/run/postgresql"), is_led, "{uri}");
    }
}

#[test]
fn the_url_has_the_last_word_about_its_parameters() {
    let Location::Postgres(uri) =
        parse("postgres://db/azuma?connect_timeout=30&sslmode=verify-full").location
    else {
        panic!("not Postgres");
    };
    assert!(uri.starts_with(
        "postgres://db/azuma?connect_timeout=30&sslmode=verify-full&fallback_application_name=azuma&keepalives=1&"
    ));
    assert_eq!(uri.matches("connect_timeout").count(), 1);
}

//! What values each key takes.

use super::super::schema;
use super::{KEY, Listen, load, refusal_of, with};

#[test]
fn a_variable_of_a_text_key_stays_text() {
    for value in ["007", "1e3", "true", "[x]", "2024-01-01", "\"x\"", "a, b"] {
        let config = with("AZUMA_INSTANCE__NAME", value).expect("a valid name");
        assert_eq!(config.instance.name.as_str(), value);
    }
    let digits = "1234567890123456789012345678901234567890120";
    for key in [KEY, digits] {
        assert!(with("AZUMA_SECRET_KEY", key).is_ok_and(|config| config.secret_key.is_some()));
    }
}

#[test]
fn a_list_is_read_as_toml_or_with_commas() {
    for (value, expected) in [
        ("[\"10.0.0.0/8\", \"::1\"]", &["10.0.0.0/8", "::1/128"][..]),
        ("10.0.0.0/8, ::1", &["10.0.0.0/8", "::1/128"]),
        ("10.1.2.3/8", &["10.0.0.0/8"]),
        ("::ffff:127.0.0.1/104", &["127.0.0.0/8"]),
        ("::ffff:127.0.0.1", &["127.0.0.1/32"]),
        ("", &[]),
        ("[]", &[]),
    ] {
        let config = with("AZUMA_HTTP__TRUSTED_PROXIES", value).expect("a valid list");
        let networks = config.http.trusted_proxies.iter();
        let networks: Vec<_> = networks.map(ToString::to_string).collect();
        assert_eq!(networks, expected);
    }
    for value in [
        "[",
        "[1]",
        "[\"10.0.0.0/8\"] x",
        "10.0.0.0/33",
        "proxy.local",
    ] {
        let message = refusal_of("AZUMA_HTTP__TRUSTED_PROXIES", value);
        assert!(
            message.contains("`http.trusted_proxies` must "),
            "{message}"
        );
    }
}

#[test]
fn an_empty_variable_sets_a_text_to_nothing() {
    let file = format!("secret_key = \"{KEY}\"\n[mail]\nurl = \"smtp://mail\"\n");
    let variables = [("AZUMA_MAIL__URL", ""), ("AZUMA_SECRET_KEY", "")];
    let config = load(&file, &variables).expect("a valid configuration");
    assert!(config.mail.url.is_none() && config.secret_key.is_none());
    assert!(refusal_of("AZUMA_MAIL__DIRECTORY", "").contains("`mail.directory` must be"));
    assert!(refusal_of("AZUMA_INSTANCE__NAME", "").contains("`instance.name` must be"));
}

#[test]
fn durations_and_numbers_outside_their_range_are_refused() {
    for (key, value) in [
        ("sessions.sliding.first_use_within", "0s"),
        ("sessions.sliding.extend_to", "0s"),
        ("sessions.rotating.lifetime", "0s"),
        ("sessions.rotating.lifetime", "11y"),
        ("sessions.rotating.grace", "2d"),
        ("sessions.rotating.grace", "1us"),
        ("registration.lifetime", "0ms"),
        ("registration.lifetime", "soon"),
        ("registration.lifetime", ""),
        ("http.workers", "-1"),
        ("http.workers", "513"),
        ("http.workers", "99999999999"),
        ("http.body_timeout", "0s"),
        ("http.connections_per_client", "0"),
        ("database.max_connections", "0"),
        ("passwords.min_length", "0"),
        ("passwords.memory_kib", "4"),
        ("passwords.iterations", "0"),
    ] {
        let message = refusal_of(&schema::variable(key), value);
        assert!(
            message.contains(&format!("`{key}` must be a ")),
            "{message}"
        );
        assert!(message.contains(" from "), "{message}");
    }
    assert_eq!(
        refusal_of("AZUMA_HTTP__SHUTDOWN_GRACE", "2h"),
        "environment variable AZUMA_HTTP__SHUTDOWN_GRACE: `http.shutdown_grace` must be a \
         duration from 0ms to 1h in whole milliseconds, such as `5m`; it is \"2h\""
    );
    assert!(with("AZUMA_SESSIONS__ROTATING__GRACE", "90ms").is_ok());
}

#[test]
fn listen_addresses_have_a_host_and_a_port() {
    for address in [
        "127.0.0.1:0",
        "[::1]:8080",
        "0.0.0.0:80",
        "localhost:8080",
        "a-b.c_d:1",
        "unix:8080",
    ] {
        let config = with("AZUMA_HTTP__LISTEN", address).expect("a valid address");
        assert!(matches!(&config.http.listen, Listen::Tcp(at) if at.as_str() == address));
    }
    for address in [
        "",
        "8080",
        ":8080",
        "localhost",
        "::1:80",
        "1.2.3:80",
        "a:99999",
        "a:+1",
        "http://a:80",
    ] {
        assert!(with("AZUMA_HTTP__LISTEN", address).is_err(), "{address:?}");
    }
}

#[test]
fn a_server_listens_on_a_unix_socket_or_on_those_that_systemd_passes() {
    let config = with("AZUMA_HTTP__LISTEN", "unix:/run/azuma/a b.sock").expect("a valid path");
    let Listen::Unix(path) = &config.http.listen else {
        panic!("not a unix socket: {}", config.http.listen);
    };
    assert_eq!(path.as_path().to_str(), Some("/run/azuma/a b.sock"));
    assert_eq!(config.http.listen.to_string(), "unix:/run/azuma/a b.sock");
    let config = with("AZUMA_HTTP__LISTEN", "systemd").expect("a valid choice");
    assert_eq!(config.http.listen, Listen::Systemd);
    let too_long = format!("unix:/{}", "x".repeat(107));
    for refused in [
        "unix:",
        "unix:a.sock",
        "unix:/",
        "unix:/a/",
        "unix:./a",
        &too_long,
    ] {
        let message = refusal_of("AZUMA_HTTP__LISTEN", refused);
        assert!(
            message.contains("an absolute path of at most 107 bytes"),
            "{message}"
        );
    }
    assert!(with("AZUMA_HTTP__LISTEN", &too_long[..too_long.len() - 1]).is_ok());
}

#[test]
fn the_mode_of_a_socket_is_octal() {
    for (text, bits) in [
        ("0660", 0o660),
        ("0666", 0o666),
        ("0000", 0),
        ("0777", 0o777),
    ] {
        let config = with("AZUMA_HTTP__SOCKET_MODE", text).expect("a valid mode");
        assert_eq!(config.http.socket_mode.bits(), bits);
        assert_eq!(config.http.socket_mode.to_string(), text);
    }
    for refused in [
        "",
        "660",
        "0o66",
        "0888",
        "1777",
        "4755",
        "+660",
        "00660",
        "rw-rw----",
    ] {
        let message = refusal_of("AZUMA_HTTP__SOCKET_MODE", refused);
        assert!(
            message.contains("`http.socket_mode` must be the mode"),
            "{message}"
        );
    }
}

#[test]
fn a_value_that_its_type_refuses_is_named_with_its_key_and_source() {
    assert_eq!(
        refusal_of("AZUMA_MAIL__FROM", "nobody"),
        "environment variable AZUMA_MAIL__FROM: `mail.from` is not a valid sender address, such as \
         `accounts@example.org` or `Accounts <accounts@example.org>`; it is \"nobody\""
    );
    for (key, value, problem) in [
        (
            "http.public_url",
            "https://a/b",
            "must be an http or https URL",
        ),
        (
            "database.url",
            "sqlite::memory:",
            "must begin with `sqlite://`",
        ),
        (
            "database.url",
            "postgres://u:a@b@db",
            "must have `@`, `/`, `%`",
        ),
        ("database.migrate_url", "sqlite://", "names no file"),
        (
            "database.pooling",
            "none",
            "must be `session` or `transaction`",
        ),
        ("instance.name", "a\nb", "must be 1 to 128 characters"),
        (
            "registration.verification_url",
            "/verify",
            "must be an http",
        ),
        (
            "recovery.reset_url",
            "https://a/?b",
            "must be an http or https",
        ),
        (
            "mail.url",
            "smtps://a?tls=required",
            "has an unknown parameter",
        ),
        (
            "mail.url",
            "smtp://:pw@a",
            "must not have a password without",
        ),
        (
            "mail.from",
            "a..b@mail.example",
            "is not a valid sender address",
        ),
    ] {
        let variable = schema::variable(key);
        let expected = format!("environment variable {variable}: `{key}` {problem}");
        let said = refusal_of(&variable, value);
        assert!(said.starts_with(&expected), "{said}");
    }
}

#[test]
fn logging_is_checked() {
    assert!(refusal_of("AZUMA_TELEMETRY__LOG_FORMAT", "xml").contains("`pretty` or `json`"));
    assert!(with("AZUMA_TELEMETRY__LOG_FILTER", "info,azuma_infra=debug").is_ok());
    assert!(refusal_of("AZUMA_TELEMETRY__LOG_FILTER", "azuma=loud").contains("a level"));
}

#[test]
fn a_collector_is_at_an_http_url_that_spans_are_posted_below() {
    let name = "AZUMA_TELEMETRY__OTLP_ENDPOINT";
    for (url, posted_to) in [
        ("http://127.0.0.1:4318", "http://127.0.0.1:4318/v1/traces"),
        ("http://[::1]:4318/", "http://[::1]:4318/v1/traces"),
        (
            "https://otlp.example/otlp/",
            "https://otlp.example/otlp/v1/traces",
        ),
    ] {
        let config = with(name, url).expect("a valid URL");
        let url = config.telemetry.otlp_endpoint.expect("a URL");
        assert_eq!(url.of_spans(), posted_to);
    }
    for url in [
        "127.0.0.1:4318",
        "grpc://a:4317",
        "http://",
        "http://:4318",
        "http://a b",
        "http://u:p@a",
        "http://a:65536",
        "http://a?b",
        "http://a#b",
        "/v1/traces",
        " http://a",
    ] {
        let said = refusal_of(name, url);
        assert!(
            said.contains("`telemetry.otlp_endpoint` must be an http or https URL"),
            "{url}: {said}"
        );
    }
}

#[test]
fn a_collector_is_given_no_headers_about_the_connection_or_the_body() {
    let name = "AZUMA_TELEMETRY__OTLP_HEADERS";
    let config = with(name, "Api-Key=a=b, x = y ").expect("valid headers");
    let headers = config.telemetry.otlp_headers.expect("headers");
    let pairs: Vec<_> = headers.pairs().collect();
    assert_eq!(pairs, [("Api-Key", "a=b"), ("x", "y")]);
    for headers in [
        "a",
        "=b",
        "a b=c",
        "a=b\nc",
        "a=b,",
        "Host=a",
        "content-length=1",
        "Transfer-Encoding=chunked",
    ] {
        let said = refusal_of(name, headers);
        assert!(
            said.contains("must be names of headers and their values"),
            "{headers}: {said}"
        );
    }
}

#[test]
fn the_share_of_traces_is_from_nothing_to_all() {
    let name = "AZUMA_TELEMETRY__TRACE_SAMPLE";
    for (text, share) in [("0", 0.0), ("0.25", 0.25), ("1", 1.0), ("1e-3", 0.001)] {
        let config = with(name, text).expect("a share");
        assert!((config.telemetry.trace_sample.share() - share).abs() < f64::EPSILON);
    }
    for text in ["", "-0.1", "1.01", "NaN", "inf", "10%", "half"] {
        let said = refusal_of(name, text);
        assert!(
            said.contains("must be a share from `0` to `1`"),
            "{text}: {said}"
        );
    }
}

//! Configurations that are refused, and how.

use super::super::*;
use super::{load, refusal, refusal_of, with};

#[test]
fn tls_is_refused_on_a_unix_socket() {
    let message = refusal(
        "[http]\nlisten = \"unix:/a\"\npublic_url = \"https://a\"\ntls = { certificate = \"c\", key = \"k\" }",
    );
    assert!(message.contains("on a unix socket"), "{message}");
}

#[test]
fn a_file_that_cannot_be_read_is_named() {
    let path = Path::new("/nowhere/azuma.toml");
    let error = Config::load(Some(path), []).expect_err("there is no such file");
    let message = error.to_string();
    let start = "/nowhere/azuma.toml: cannot read the configuration: No such file";
    assert!(message.starts_with(start), "{message}");
}

#[test]
fn a_file_that_is_not_toml_is_refused_by_line_without_quoting_it() {
    let message = refusal("[http]\nworkers = 1\nlisten = \"hunter2\n");
    assert!(
        message.starts_with("azuma.toml, line 3, column "),
        "{message}"
    );
    let message = refusal("secret_key = hunter2hunter2\n");
    assert!(
        message.starts_with("azuma.toml, line 1, column "),
        "{message}"
    );
    assert!(
        !message.contains("hunter2") && !message.contains('\n'),
        "{message}"
    );
    assert_eq!(
        refusal(&format!("secret_key = {}", "9".repeat(30))),
        "azuma.toml, line 1, column 14: the number is too large"
    );
}

#[test]
fn an_unknown_key_is_refused_at_every_level_with_the_nearest_known_one() {
    for (text, key, nearest) in [
        ("secret_kye = \"x\"", "secret_kye", "secret_key"),
        ("[htpp]\nlisten = \"x\"", "htpp", "http"),
        ("[http]\nlisten_on = \"x\"", "http.listen_on", "http.listen"),
        ("listen = \"x\"", "listen", "http.listen"),
        (
            "[telemetry]\nsecret_key = \"x\"",
            "telemetry.secret_key",
            "secret_key",
        ),
        (
            "[sessions.rotatin]\ngrace = \"1s\"",
            "sessions.rotatin",
            "sessions.rotating",
        ),
        (
            "[sessions.rotating]\nrenew_whithin = \"1s\"",
            "sessions.rotating.renew_whithin",
            "sessions.rotating.renew_within",
        ),
        (
            "[passwords]\nmin-length = 8",
            "passwords.min-length",
            "passwords.min_length",
        ),
    ] {
        let expected =
            format!("azuma.toml: unknown key `{key}`; the nearest known key is `{nearest}`");
        assert_eq!(refusal(text), expected);
    }
}

#[test]
fn an_unknown_variable_is_refused_with_the_nearest_known_one() {
    for (name, nearest) in [
        ("AZUMA_HTTP_LISTEN", "AZUMA_HTTP__LISTEN"),
        ("AZUMA_SESSIONS__GRACE", "AZUMA_SESSIONS__ROTATING__GRACE"),
        ("AZUMA_database__url", "AZUMA_DATABASE__URL"),
    ] {
        let expected =
            format!("unknown environment variable {name}; the nearest known one is {nearest}");
        assert_eq!(refusal_of(name, "x"), expected);
    }
}

#[test]
fn an_unknown_variable_that_is_like_no_other_is_not_taken_for_one() {
    for name in ["AZUMA_VERSION", "AZUMA_LOG", "AZUMA_DEBUG"] {
        let said = refusal_of(name, "x");
        assert!(
            said.contains(name) && said.contains("azuma config"),
            "{said}"
        );
        assert!(!said.contains("nearest"), "{said}");
    }
}

#[test]
fn a_wrong_type_names_key_source_and_what_was_expected() {
    for (text, expected) in [
        (
            "instance = \"x\"",
            "`instance` must be a section, written [instance]",
        ),
        (
            "[instance]\nname = 7",
            "`instance.name` must be a string in quotes",
        ),
        (
            "[instance.name]\nx = 7",
            "`instance.name` must be a string in quotes",
        ),
        (
            "[http]\nworkers = \"2\"",
            "`http.workers` must be a whole number",
        ),
        (
            "[http]\nworkers = 2.5",
            "`http.workers` must be a whole number",
        ),
        (
            "[abuse]\nenabled = 1",
            "`abuse.enabled` must be true or false",
        ),
        (
            "[sessions.sliding]\nextend_to = 300",
            "`sessions.sliding.extend_to` must be a duration in quotes, such as \"5m\"",
        ),
        (
            "[http]\ntrusted_proxies = \"10.0.0.0/8\"",
            "`http.trusted_proxies` must be a list of strings, such as [\"a\", \"b\"]",
        ),
    ] {
        assert_eq!(refusal(text), format!("azuma.toml: {expected}"));
    }
    assert_eq!(
        refusal_of("AZUMA_ABUSE__ENABLED", "yes"),
        "environment variable AZUMA_ABUSE__ENABLED: `abuse.enabled` must be true or false"
    );
    assert_eq!(
        refusal_of("AZUMA_HTTP__WORKERS", ""),
        "environment variable AZUMA_HTTP__WORKERS: `http.workers` must be a whole number"
    );
}

#[test]
fn a_refusal_shows_no_secret() {
    for text in [
        "secret_key = 1234567",
        "secret_key = \"1234567\"",
        "previous_secret_keys = [1234567]",
        "previous_secret_keys = [\"1234567\"]",
        "previous_secret_keys = \"1234567\"",
        "[database]\nurl = \"mysql://u:1234567@db\"",
        "[mail]\nurl = \"http://u:1234567@mail\"",
        "[mail]\nurl = \"smtp://u:1234567@mail?tls=none\"",
        "[http]\npublic_url = \"https://u:1234567@a\"",
        "[registration]\nverification_url = \"https://u:1234567@a\"",
        "[telemetry]\notlp_endpoint = \"https://u:1234567@a\"",
        "[telemetry]\notlp_headers = \"host=1234567\"",
    ] {
        let message = refusal(text);
        assert!(message.starts_with("azuma.toml: `"), "{message}");
        assert!(!message.contains("1234567"), "{message}");
    }
}

#[test]
fn what_is_no_origin_of_a_page_is_refused_and_not_shown() {
    for origin in [
        "*",
        "null",
        "app.example.org",
        "https://a.example/app",
        "https://u:1234567@a",
    ] {
        let message = refusal(&format!("[http.cors]\norigins = [\"{origin}\"]"));
        assert!(
            message.contains("`http.cors.origins` must be a list of origins"),
            "{message}"
        );
        assert!(!message.contains("1234567"), "{message}");
    }
    let origins = load(
        "[http.cors]\norigins = [\"HTTPS://App.example.org:443/\"]",
        &[],
    );
    let origins = origins.map(|config| config.http.cors.origins);
    let origins = origins.expect("an origin");
    assert_eq!(origins[0].as_str(), "https://app.example.org");
}

#[test]
fn settings_that_do_not_go_together_are_refused() {
    let message = refusal_of("AZUMA_SESSIONS__ROTATING__RENEW_WITHIN", "31d");
    assert!(message.contains("must not be longer than `sessions.rotating.lifetime`"));
    assert!(with("AZUMA_SESSIONS__ROTATING__RENEW_WITHIN", "30d").is_ok());
    assert!(refusal("[passwords]\nparallelism = 4\nmemory_kib = 31").contains("at least 8"));
    assert!(refusal("[passwords]\niterations = 1000").contains("which is 4 GiB"));
    assert!(load("[dialects]\nazuma = false\nlegacy = false", &[]).is_ok());
    let none = "[dialects]\nazuma = false\nlegacy = false\naccount = false";
    assert!(refusal(none).contains("disables every API"));
}

//! Loading a configuration as a whole.

mod refusals;
mod secret_files;
mod values;

use std::time::Duration;

use super::*;

const KEY: &str = "dGVzdHMgdGVzdHMgdGVzdHMgdGVzdHMgdGVzdHMhISE=";
const PRODUCTION: &str = include_str!("../../../../../config/production.toml");

/// Loads a file that holds `text`, called `azuma.toml`, and variables.
fn load(text: &str, variables: &[(&str, &str)]) -> Result<Config, String> {
    let mut layers = Layers::new(DEFAULTS).map_err(|error| error.to_string())?;
    layers
        .add_file(Path::new("azuma.toml"), text)
        .and_then(|()| layers.add_variables(owned(variables)))
        .and_then(|()| Config::from_layers(layers))
        .map_err(|error| error.to_string())
}

fn owned(variables: &[(&str, &str)]) -> Vec<(String, String)> {
    let pair = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    variables.iter().map(pair).collect()
}

fn with(name: &str, value: &str) -> Result<Config, String> {
    load("", &[(name, value)])
}

fn refusal(text: &str) -> String {
    load(text, &[]).expect_err("the file is refused")
}

fn refusal_of(name: &str, value: &str) -> String {
    with(name, value).expect_err("the variable is refused")
}

#[test]
fn the_defaults_are_those_of_the_documentation() {
    let config = Config::load(None, []).expect("the defaults are valid");
    let (day, minute) = (Duration::from_hours(24), Duration::from_mins(1));
    assert_eq!(config.http.listen.to_string(), "127.0.0.1:8080");
    assert_eq!(config.http.socket_mode.bits(), 0o660);
    assert_eq!(config.http.public_url.as_str(), "http://127.0.0.1:8080");
    assert!(config.http.trusted_proxies.is_empty());
    assert_eq!(config.http.shutdown_delay, Duration::ZERO);
    assert_eq!(config.database.url.to_string(), "sqlite://data/azuma.db");
    assert!(config.secret_key.is_none() && config.previous_secret_keys.is_empty());
    assert_eq!(config.instance.name.as_str(), "azumaneo");
    let dialects = config.dialects;
    assert!(dialects.azuma && dialects.legacy && dialects.account && dialects.service);
    assert_eq!(config.limits.service_requests.get(), 500);
    let lifetimes = config.sessions.lifetimes();
    assert_eq!(lifetimes.extend_to, 14 * day);
    assert_eq!(lifetimes.lifetime, 30 * day);
    assert_eq!(lifetimes.renew_within, 7 * day);
    assert_eq!(lifetimes.grace, minute);
    assert_eq!(lifetimes.absolute, None);
    assert_eq!(config.sessions.cache_entries, 100_000);
    assert_eq!(config.sessions.azuma_terms().first_life, 5 * minute);
    assert_eq!(config.sessions.legacy_terms().first_life, 30 * day);
    assert_eq!(config.sessions.account_terms().first_life, 14 * day);
    assert_eq!(config.registration.lifetime, 10 * minute);
    let page = config.registration.verification_url;
    assert_eq!(page.to_string(), "{public_url}/verify");
    assert!(config.mail.url.is_none() && !config.mail.new_login);
    assert_eq!(config.mail.from.to_string(), "azuma@localhost");
    let passwords = config.passwords;
    assert_eq!(passwords.rules().min_length, 1);
    assert!(!passwords.require_current && !passwords.blocklist);
    assert_eq!((passwords.memory_kib, passwords.iterations), (19_456, 2));
    assert_eq!((passwords.parallelism, passwords.threads), (1, 0));
    assert!(passwords.hashing().threads > 0 && config.http.worker_count() > 0);
    assert!(config.abuse.enabled);
    assert_eq!(config.audit.keep, 90 * day);
    assert!(config.telemetry.metrics_listen.is_none() && !config.telemetry.access_log);
    assert!(config.telemetry.otlp_endpoint.is_none() && config.telemetry.otlp_headers.is_none());
    assert_eq!(config.telemetry.log_format, LogFormat::Auto);
    assert_eq!(
        config.telemetry.log_filter.as_str(),
        "info,actix_server=warn"
    );
}

#[test]
fn a_file_overrides_the_defaults_and_the_environment_overrides_both() {
    let file = "[http]\nlisten = \"0.0.0.0:80\"\nworkers = 3\n";
    let config = load(file, &[("AZUMA_HTTP__WORKERS", "4")]).expect("a valid configuration");
    assert_eq!(config.http.listen.to_string(), "0.0.0.0:80");
    assert_eq!(config.http.workers, 4);
    assert_eq!(config.instance.name.as_str(), "azumaneo");
}

#[test]
fn variables_of_others_are_passed_over() {
    let others = [("AZUMAX", "x"), ("PATH", "/bin"), ("HTTP__LISTEN", "x")];
    assert!(load("", &others).is_ok());
}

#[test]
fn the_defaults_hold_every_key_and_each_has_a_variable() {
    let layers = Layers::new(DEFAULTS).expect("the defaults are valid");
    let written = Config::load(None, []).expect("valid").to_masked_toml();
    let table: Table = toml::from_str(&written).expect("valid TOML");
    let written = schema::Schema::of(&table);
    assert!(written.keys().eq(layers.schema().keys()));
    for key in layers.schema().keys() {
        assert_eq!(written.kind(key), layers.schema().kind(key), "{key}");
        let by_variable = layers.schema().by_variable(&schema::variable(key));
        assert_eq!(by_variable.map(|(found, _)| found), Some(key));
    }
}

#[test]
fn the_printed_configuration_shows_no_secret_and_loads_again() {
    let file = format!(
        "secret_key = \"{KEY}\"\nprevious_secret_keys = [\"{KEY}\"]\n\
         [database]\nurl = \"postgres://u:hunter2@db/azuma\"\n\
         [mail]\nurl = \"smtps://u:hunter2@mail\"\nfrom = \"A <a@b.org>\"\n\
         [http]\ntrusted_proxies = [\"10.0.0.0/8\"]\n[sessions.rotating]\ngrace = \"90ms\"\n"
    );
    let config = load(&file, &[]).expect("a valid configuration");
    let printed = config.to_masked_toml();
    assert!(
        !printed.contains(KEY) && !printed.contains("hunter2"),
        "{printed}"
    );
    assert!(!format!("{config:?}").contains("hunter2"));
    for line in [
        "secret_key = \"********\"",
        "previous_secret_keys = [\"********\"]",
        "url = \"postgres://u:********@db/azuma\"",
        "url = \"smtps://u:********@mail\"",
        "from = \"A <a@b.org>\"",
        "trusted_proxies = [\"10.0.0.0/8\"]",
        "grace = \"90ms\"",
        "extend_to = \"14d\"",
    ] {
        assert!(
            printed.lines().any(|printed| printed == line),
            "{line} in {printed}"
        );
    }
    let again = load(&printed.replace("\"********\"", &format!("\"{KEY}\"")), &[]);
    assert_eq!(again.map(|config| config.to_masked_toml()), Ok(printed));
}

#[test]
fn the_production_file_is_read_without_the_secret_key_which_serving_asks_for() {
    let config = load(PRODUCTION, &[]).expect("a valid configuration");
    assert!(config.secret_key.is_none());
    assert!(config.database.url.sqlite_path().is_none() && config.http.public_url.is_https());
    assert!(config.passwords.min_length >= 8 && config.passwords.require_current);
    assert!(config.passwords.blocklist);
    assert!(config.mail.url.is_some());
    assert_eq!(config.telemetry.log_format, LogFormat::Json);
}

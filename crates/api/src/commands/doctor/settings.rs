//! The settings by themselves.

use super::finding::{Finding, Subject};
use crate::config::{Config, Listen};

/// A password rule below this is told of.
const SHORT: usize = 8;

/// Looks at the settings, and at the rights of the files that hold secrets.
pub fn look(config: &Config) -> Vec<Finding> {
    let mut findings = vec![Finding::ok(
        Subject::Configuration,
        "the settings are valid",
    )];
    findings.extend(recommended(config));
    findings.extend(secrets(config));
    findings.extend(proxies(config));
    findings
}

fn recommended(config: &Config) -> Vec<Finding> {
    let warning =
        |found: &str, advice: &str| Finding::warning(Subject::Configuration, found, advice);
    let mut warnings = Vec::new();
    if !config.abuse.enabled {
        warnings.push(warning(
            "nobody is slowed down who guesses passwords",
            "set `abuse.enabled` to true",
        ));
    }
    if config.passwords.min_length < SHORT {
        warnings.push(warning(
            "short passwords are allowed",
            "set `passwords.min_length` to 12",
        ));
    }
    if !config.passwords.blocklist {
        warnings.push(warning(
            "common passwords are allowed",
            "set `passwords.blocklist` to true",
        ));
    }
    if !config.passwords.require_current {
        warnings.push(warning(
            "a token alone takes an account over",
            "set `passwords.require_current` to true",
        ));
    }
    if config.registration.rules().believe_claims() {
        warnings.push(warning(
            "anybody may claim an address at `registration.email_domains`",
            "set `registration.require_proved_email` to true",
        ));
    }
    warnings
}

fn secrets(config: &Config) -> Vec<Finding> {
    let open = config.open_secret_files().into_iter();
    let mut findings: Vec<_> = open
        .map(|(setting, path)| {
            let path = path.display();
            Finding::warning(
                Subject::Secrets,
                format!("every user of this machine can read {path}, which `{setting}` names"),
                format!("run `chmod o= {path}`"),
            )
        })
        .collect();
    if findings.is_empty() && !config.secret_files().is_empty() {
        findings.push(Finding::ok(
            Subject::Secrets,
            "the files of secrets are private",
        ));
    }
    findings
}

fn proxies(config: &Config) -> Vec<Finding> {
    let http = &config.http;
    let everybody = http
        .trusted_proxies
        .iter()
        .find(|net| net.prefix_len() == 0);
    if let Some(network) = everybody {
        return vec![Finding::error(
            Subject::Proxy,
            format!("`http.trusted_proxies` has {network}: every client can claim any address"),
            "name the addresses of the proxies alone",
        )];
    }
    let by_proxy = http.public_url.is_https() && !matches!(http.tls.source(), Ok(Some(_)));
    if by_proxy && http.trusted_proxies.is_empty() && matches!(http.listen, Listen::Tcp(_)) {
        return vec![Finding::warning(
            Subject::Proxy,
            "`http.public_url` is https and the server speaks plain HTTP, so a proxy is in front, but none is trusted: \
             all clients share the limits of one",
            "put the proxy's address into `http.trusted_proxies`",
        )];
    }
    let on_loopback = match &http.listen {
        Listen::Tcp(address) => is_loopback(address.as_str()),
        Listen::Unix(_) | Listen::Systemd => true,
    };
    if !on_loopback && !http.public_url.is_https() {
        return vec![Finding::warning(
            Subject::Proxy,
            "passwords and tokens cross the network without encryption: `http.public_url` is http",
            "put a proxy with TLS in front, or set `http.tls`; then begin `http.public_url` with https",
        )];
    }
    let own = ["http://127.0.0.1", "http://localhost", "http://[::1]"];
    if !on_loopback
        && own
            .iter()
            .any(|start| http.public_url.as_str().starts_with(start))
    {
        return vec![Finding::warning(
            Subject::Proxy,
            "links in mails lead to the reader's own machine",
            "set `http.public_url` to the URL that clients use",
        )];
    }
    vec![Finding::ok(
        Subject::Proxy,
        "`http.listen`, `http.public_url` and `http.trusted_proxies` go together",
    )]
}

fn is_loopback(address: &str) -> bool {
    let starts = ["127.", "localhost:", "[::1]"];
    starts.iter().any(|start| address.starts_with(start))
}

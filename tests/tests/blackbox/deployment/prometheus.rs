//! A real Prometheus that scrapes a server, with the rules and the dashboard of `ops/`.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use azuma_tests::Database;
use azuma_tests::people::Person;
use azuma_tests::prometheus::{Prometheus, metrics_address};
use azuma_tests::server::{Server, workspace};
use serde_json::Value;

fn rules() -> PathBuf {
    workspace().join("ops/prometheus/azuma.rules.yml")
}

fn promtool(arguments: &[&str]) {
    let run = Command::new("promtool")
        .args(arguments)
        .current_dir(workspace().join("ops/prometheus"))
        .output()
        .expect("promtool is installed");
    let said = String::from_utf8_lossy(&run.stdout);
    let complaint = String::from_utf8_lossy(&run.stderr);
    assert!(run.status.success(), "{said}{complaint}");
}

#[test]
fn the_alert_rules_are_valid_and_fire_when_they_should() {
    promtool(&["check", "rules", "azuma.rules.yml"]);
    promtool(&["test", "rules", "azuma.rules.test.yml"]);
}

/// A server that has had something of everything to do.
async fn used() -> Server {
    let setup = Database::Sqlite.server();
    let server = setup.set("telemetry.metrics_listen", "127.0.0.1:0").start();
    let neo = Person::named("neo");
    let token = server.azuma().sign_up(&neo).await;
    for _ in 0..10 {
        server.azuma().own_user(&token).await.done(200);
    }
    server.azuma().login("neo", "wrong").await.done(403);
    server
}

/// The queries of all panels, with the dashboard's variables filled in.
fn queries() -> Vec<(String, String)> {
    let file = workspace().join("ops/grafana/azuma.json");
    let text = fs::read_to_string(file).expect("the dashboard");
    let dashboard: Value = serde_json::from_str(&text).expect("JSON");
    let panels = dashboard["panels"].as_array().expect("panels");
    let of_panel = |panel: &Value| {
        let title = panel["title"].as_str().expect("a title").to_owned();
        let targets = panel["targets"].as_array().cloned().unwrap_or_default();
        targets.into_iter().map(move |target| {
            let query = target["expr"].as_str().expect("a query");
            let query = query.replace("$instance", ".*");
            (title.clone(), query.replace("$__rate_interval", "1m"))
        })
    };
    panels.iter().flat_map(of_panel).collect()
}

#[tokio::test]
async fn each_panel_of_the_dashboard_and_each_rule_has_an_answer_of_a_real_prometheus() {
    let server = used().await;
    let prometheus = Prometheus::scraping(&[metrics_address(&server)], &rules());
    prometheus.answer("up{job=\"azuma\"} == 1").await;
    // The first probe of a revocation.
    prometheus
        .answer("azuma_revocation_lag_seconds_count > 0")
        .await;
    let queries = queries();
    assert!(queries.len() >= 14, "{queries:?}");
    for (title, query) in queries {
        let answer = prometheus.answer(&query).await;
        assert!(!answer.is_empty(), "{title}: {query}");
    }
    let rules = prometheus.rules().await;
    assert!(rules.len() >= 9, "{rules:?}");
    for rule in rules {
        assert_eq!(rule["health"], "ok", "{rule}");
        assert_ne!(rule["state"], "firing", "{rule}");
    }
}

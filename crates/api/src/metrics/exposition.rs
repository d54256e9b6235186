//! The metrics as text.

use std::fmt::{self, Debug, Formatter};
use std::sync::Arc;
use std::time::Duration;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{
    DescriptorEncoder, EncodeMetric, MetricEncoder, NoLabelSet, prometheus_text,
};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;
use prometheus_client::registry::Registry;

use super::Sources;
use crate::wiring::DurationCounts;

/// The content type of the text.
pub const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// All metrics.
#[derive(Clone)]
pub struct Exposition(Arc<Registry>);

impl Exposition {
    pub fn of(sources: Sources) -> Self {
        let mut registry = Registry::default();
        registry.register_collector(Box::new(All(sources)));
        Self(Arc::new(registry))
    }

    /// The text of a moment.
    ///
    /// # Errors
    /// If the encoder refuses a metric.
    pub fn text(&self) -> Result<String, fmt::Error> {
        let mut text = String::new();
        prometheus_text::encode(&mut text, &self.0)?;
        Ok(text)
    }
}

/// Reads what others count.
struct All(Sources);

impl Debug for All {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("All")
    }
}

type Labels<const N: usize> = [(&'static str, &'static str); N];

impl Collector for All {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let Sources {
            requests,
            logins,
            readings,
            probes,
            watch,
            log,
        } = &self.0;
        let mut out = Out(&mut encoder);

        let help = "Duration of HTTP requests until the head of the response";
        let mut family = out.family(
            "http_server_request_duration_seconds",
            help,
            MetricType::Histogram,
        )?;
        for counts in requests.read() {
            let labels = [
                ("http_request_method", counts.method),
                ("http_route", counts.route.as_str()),
                ("http_response_status_code", counts.status),
            ];
            histogram(&mut family.encode_family(&labels)?, &counts.durations)?;
        }

        let checks = readings.checks();
        let help = "Session checks, by what answered them";
        out.counters(
            "azuma_session_checks",
            help,
            [
                ([("answer", "memory")], checks.from_memory),
                ([("answer", "database")], checks.from_store),
                ([("answer", "refused")], checks.refused),
                ([("answer", "failed")], checks.failed),
            ],
        )?;

        let help = "How long this node went on to accept a session that was ended elsewhere";
        out.histogram("azuma_revocation_lag_seconds", help, &watch.lags())?;

        let help = "Passwords that wait to be hashed or compared";
        out.gauge("azuma_password_hash_queue", help, readings.hashes_waiting())?;
        let help = "Duration of hashing or comparing a password, without the wait";
        out.histogram(
            "azuma_password_hash_duration_seconds",
            help,
            &readings.hash_durations(),
        )?;

        let help = "Logins, by dialect and outcome";
        out.counters(
            "azuma_logins",
            help,
            logins.read().map(|(dialect, outcome, count)| {
                ([("dialect", dialect), ("outcome", outcome)], count)
            }),
        )?;

        if let Some(mail) = watch.mail_backlog() {
            let help = "Messages to be sent, and dead letters; at most 100,000 of each are counted";
            out.gauges(
                "azuma_mail_messages",
                help,
                [
                    ([("state", "waiting")], mail.waiting),
                    ([("state", "dead")], mail.dead),
                ],
            )?;
            let help = "For how long the oldest message that should have been sent is due";
            out.gauge_of_seconds("azuma_mail_oldest_due_seconds", help, mail.overdue)?;
        }

        let store = readings.store();
        let help = "Open connections to the database for requests";
        out.gauges(
            "azuma_db_connections",
            help,
            [
                ([("state", "used")], u64::from(store.used)),
                ([("state", "idle")], u64::from(store.idle)),
            ],
        )?;
        let help = "Units of work that were run again, after contention or a lost connection";
        out.counters("azuma_unit_retries", help, [([], store.retries)])?;

        let help = "Log lines that standard output did not accept";
        out.counters("azuma_log_lines_dropped", help, [([], log.dropped())])?;

        let help = "1 if the node is ready, as /readyz says, else 0";
        out.gauge("azuma_ready", help, u64::from(probes.readiness().ready))?;
        let help = "The version of the server; always 1";
        out.gauges(
            "azuma_build_info",
            help,
            [([("version", env!("CARGO_PKG_VERSION"))], 1)],
        )
    }
}

/// Writes metrics.
struct Out<'a, 'b>(&'a mut DescriptorEncoder<'b>);

impl Out<'_, '_> {
    fn family<'s>(
        &'s mut self,
        name: &'s str,
        help: &str,
        metric_type: MetricType,
    ) -> Result<MetricEncoder<'s>, fmt::Error> {
        self.0.encode_descriptor(name, help, None, metric_type)
    }

    /// Counters with these labels. The name is written with `_total`.
    fn counters<const N: usize>(
        &mut self,
        name: &str,
        help: &str,
        counters: impl IntoIterator<Item = (Labels<N>, u64)>,
    ) -> fmt::Result {
        let mut family = self.family(name, help, MetricType::Counter)?;
        for (labels, count) in counters {
            ConstCounter::new(count).encode(family.encode_family(&labels)?)?;
        }
        Ok(())
    }

    fn gauges<const N: usize>(
        &mut self,
        name: &str,
        help: &str,
        gauges: impl IntoIterator<Item = (Labels<N>, u64)>,
    ) -> fmt::Result {
        let mut family = self.family(name, help, MetricType::Gauge)?;
        for (labels, value) in gauges {
            ConstGauge::new(value).encode(family.encode_family(&labels)?)?;
        }
        Ok(())
    }

    fn gauge(&mut self, name: &str, help: &str, value: u64) -> fmt::Result {
        self.gauges(name, help, [([], value)])
    }

    fn gauge_of_seconds(&mut self, name: &str, help: &str, value: Duration) -> fmt::Result {
        let family = self.family(name, help, MetricType::Gauge)?;
        ConstGauge::new(value.as_secs_f64()).encode(family)
    }

    fn histogram(&mut self, name: &str, help: &str, counts: &DurationCounts) -> fmt::Result {
        let mut family = self.family(name, help, MetricType::Histogram)?;
        histogram(&mut family, counts)
    }
}

fn histogram(encoder: &mut MetricEncoder<'_>, counts: &DurationCounts) -> fmt::Result {
    let bound = |bound: Option<Duration>| bound.map_or(f64::INFINITY, |bound| bound.as_secs_f64());
    let buckets: Vec<(f64, u64)> = counts
        .buckets
        .iter()
        .map(|(up_to, count)| (bound(*up_to), *count))
        .collect();
    encoder.encode_histogram::<NoLabelSet>(counts.sum.as_secs_f64(), counts.count(), &buckets, None)
}

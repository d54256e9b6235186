//! Traces of requests, sent by OTLP where `telemetry.otlp_endpoint` names a collector.
//!
//! | module | holds |
//! |---|---|
//! | `request` | the span of a request |
//! | `parts` | the spans of what a request waits for |
//! | `collector`, `standing` | how spans are sent, and what is told of that |
//!
//! The spans of a request become one batch with others in a bounded queue of the SDK, which a thread of its own sends. A
//! span that finds no room is lost.

mod collector;
#[cfg(test)]
mod fuzz;
mod parts;
mod request;
mod standing;

use std::error::Error;
use std::time::Duration;

use opentelemetry::trace::TracerProvider;
use opentelemetry::{InstrumentationScope, KeyValue};
use opentelemetry_otlp::{Protocol, RetryPolicy, SpanExporter, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::{
    BatchConfigBuilder, BatchSpanProcessor, IdGenerator, RandomIdGenerator, Sampler, SdkTracer,
    SdkTracerProvider,
};
use tokio::task::spawn_blocking;
use uuid::Builder;

use crate::config::{CollectorUrl, Config};
use collector::Collector;
pub use parts::{TracedHasher, TracedStore};
pub use request::{Place, RequestTrace};

/// How long a stopping server waits for its last spans to be sent.
const LAST_SPANS: Duration = Duration::from_secs(2);
/// How long a span waits for others.
const PAUSE: Duration = Duration::from_secs(2);
/// The most spans that wait; some megabytes.
const MOST_WAITING: usize = 4_096;
/// The most spans in one request to the collector.
const MOST_AT_ONCE: usize = 512;

/// Makes spans. Copies share a queue.
#[derive(Clone)]
pub struct Traces {
    provider: SdkTracerProvider,
    tracer: SdkTracer,
    /// The scheme of the URLs that clients use.
    scheme: &'static str,
}

impl Traces {
    /// Starts the thread that sends spans, if there is a collector.
    ///
    /// # Errors
    /// If what the configuration says of the collector cannot be used.
    pub fn start(config: &Config) -> Result<Option<Self>, Box<dyn Error>> {
        let Some(endpoint) = &config.telemetry.otlp_endpoint else {
            return Ok(None);
        };
        let queue = BatchConfigBuilder::default()
            .with_max_queue_size(MOST_WAITING)
            .with_max_export_batch_size(MOST_AT_ONCE)
            .with_scheduled_delay(PAUSE)
            .build();
        let exporter = exporter(config, endpoint)?;
        let processor = BatchSpanProcessor::builder(exporter).with_batch_config(queue);
        let share = config.telemetry.trace_sample.share();
        let sampler = Sampler::ParentBased(Box::new(Sampler::TraceIdRatioBased(share)));
        let provider = SdkTracerProvider::builder()
            .with_span_processor(processor.build())
            .with_sampler(sampler)
            .with_resource(this_process())
            .build();
        let scope = InstrumentationScope::builder("azuma");
        let scope = scope.with_version(env!("CARGO_PKG_VERSION")).build();
        Ok(Some(Self {
            tracer: provider.tracer_with_scope(scope),
            provider,
            scheme: match config.http.public_url.is_https() {
                true => "https",
                false => "http",
            },
        }))
    }

    /// Sends what is left, within [`LAST_SPANS`].
    pub async fn stop(self) {
        let stop = spawn_blocking(move || self.provider.shutdown_with_timeout(LAST_SPANS));
        if !matches!(stop.await, Ok(Ok(()))) {
            tracing::warn!("the traces of the last requests could not be sent, and are lost");
        }
    }
}

fn exporter(config: &Config, endpoint: &CollectorUrl) -> Result<SpanExporter, Box<dyn Error>> {
    let config = &config.telemetry;
    let collector = Collector::trusting(config.otlp_ca_file.as_deref())?;
    let headers = config
        .otlp_headers
        .iter()
        .flat_map(|headers| headers.pairs());
    let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let exporter = SpanExporter::builder()
        .with_http()
        .with_http_client(collector)
        .with_endpoint(endpoint.of_spans())
        .with_protocol(Protocol::HttpBinary)
        .with_timeout(collector::PATIENCE)
        // The next batch tells whether the collector takes spans again.
        .with_retry_policy(RetryPolicy::disabled())
        .with_headers(headers.collect())
        .build();
    exporter.map_err(|error| format!("`telemetry.otlp_endpoint`: {error}").into())
}

/// What all spans say of where they come from.
fn this_process() -> Resource {
    let random = RandomIdGenerator::default().new_trace_id().to_bytes();
    let instance = Builder::from_random_bytes(random).into_uuid();
    let says = [
        KeyValue::new("service.name", "azuma"),
        KeyValue::new("service.version", env!("CARGO_PKG_VERSION")),
        KeyValue::new("service.instance.id", instance.to_string()),
    ];
    Resource::builder_empty().with_attributes(says).build()
}

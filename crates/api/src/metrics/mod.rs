//! Metrics for Prometheus, on a listener of their own.
//!
//! | module | holds |
//! |---|---|
//! | `requests`, `logins` | what handlers and the middleware count |
//! | `watch` | what is measured from time to time |
//! | `exposition` | the text, from all that is counted here and elsewhere |

mod exposition;
mod logins;
mod requests;
mod watch;

use std::error::Error;
use std::sync::Arc;

use actix_web::dev::ServerHandle;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::web::{self, Data};
use actix_web::{App, HttpResponse, HttpServer, rt};
use tokio::task::JoinHandle;

pub use logins::{Entrance, Logins};
pub use requests::{Requests, Route, RouteRequests, method_name};
pub use watch::Watch;

use crate::config::ListenAddress;
use crate::health::{self, Probes};
use crate::telemetry::Log;
use crate::wiring::Readings;
use crate::workers::keep_running;
use exposition::Exposition;

/// The most connections: a Prometheus server has one, and there may be some.
const MOST_CONNECTIONS: usize = 64;

/// Where the numbers are.
pub struct Sources {
    pub requests: Arc<Requests>,
    pub logins: Arc<Logins>,
    pub readings: Readings,
    pub probes: Probes,
    pub watch: Arc<Watch>,
    pub log: Log,
}

/// The server of metrics, and the tasks that measure for it.
pub struct MetricsServer {
    handle: ServerHandle,
    tasks: [JoinHandle<()>; 2],
}

impl MetricsServer {
    /// Starts a server that answers `/metrics`, and what tells whether the node works. It hears no signals.
    ///
    /// # Errors
    /// If the address cannot be listened on.
    pub fn start(address: &ListenAddress, sources: Sources) -> Result<Self, Box<dyn Error>> {
        let address = address.as_str();
        let tasks = measure(&sources);
        let probes = sources.probes.clone();
        let exposition = Data::new(Exposition::of(sources));
        let server = HttpServer::new(move || {
            App::new()
                .app_data(exposition.clone())
                .route("/metrics", web::get().to(show))
                .configure(|routes| health::routes(routes, probes.clone()))
        });
        let server = server.workers(1).max_connections(MOST_CONNECTIONS);
        let server = server.shutdown_timeout(1).disable_signals();
        let server = server.bind(address).map_err(|error| {
            format!("cannot listen on {address} (`telemetry.metrics_listen`): {error}")
        })?;
        for address in server.addrs() {
            tracing::info!("metrics are at http://{address}/metrics");
        }
        let server = server.run();
        let handle = server.handle();
        rt::spawn(server);
        Ok(Self { handle, tasks })
    }

    pub async fn stop(self) {
        for task in self.tasks {
            task.abort();
        }
        self.handle.stop(true).await;
    }
}

fn measure(sources: &Sources) -> [JoinHandle<()>; 2] {
    let (of_mail, of_revocations) = (Arc::clone(&sources.watch), Arc::clone(&sources.watch));
    let readings = sources.readings.clone();
    [
        tokio::spawn(keep_running("the task that measures mail", move || {
            let watch = Arc::clone(&of_mail);
            async move { watch.watch_mail().await }
        })),
        tokio::spawn(keep_running(
            "the task that measures revocations",
            move || {
                let (watch, readings) = (Arc::clone(&of_revocations), readings.clone());
                async move { watch.watch_revocations(readings).await }
            },
        )),
    ]
}

async fn show(exposition: Data<Exposition>) -> HttpResponse {
    match exposition.text() {
        Ok(text) => HttpResponse::Ok()
            .insert_header((CONTENT_TYPE, exposition::CONTENT_TYPE))
            .body(text),
        Err(_) => HttpResponse::InternalServerError().finish(),
    }
}

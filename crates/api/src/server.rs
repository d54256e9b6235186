//! The HTTP server.

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use actix_http::{HttpService, KeepAlive};
use actix_service::map_config;
use actix_web::App;
use actix_web::dev::{AppConfig, Server};
use actix_web::middleware::Condition;
use actix_web::web::{self, Data, ServiceConfig};
use tokio::sync::watch;

use crate::config::Config;
use crate::dialects::{account, azuma, legacy, service};
use crate::forward_auth;
use crate::health::{self, Probes};
use crate::http::api_error::whole_seconds;
use crate::http::body::BodyTimeout;
use crate::http::cookie::CookieTransport;
use crate::http::cors::AllowedOrigins;
use crate::http::endpoint::unknown_route;
use crate::http::finish::Finish;
use crate::http::observe::Observe;
use crate::http::origin::TrustedProxies;
use crate::http::own_site::OwnOrigin;
use crate::listener::{Door, IdleConnections, Lent, Socket, Tls, http2};
use crate::metrics::{Logins, Requests};
use crate::openapi::{self, Documents};
use crate::pages::{self, MeSettings};
use crate::traces::Traces;
use crate::wiring::Parts;

/// How long a client that is still sending may take to read the response before the server closes the connection.
const LINGER: Duration = Duration::from_secs(1);

/// What the handlers and the middleware count and trace.
pub struct Instruments {
    /// `None` if nobody reads them.
    pub requests: Option<Arc<Requests>>,
    pub logins: Arc<Logins>,
    /// `None` if nobody collects them.
    pub traces: Option<Traces>,
}

/// Starts the server on these sockets. When stopped, it finishes open requests within three quarters of
/// `http.shutdown_grace`. Bodies that are still being sent when the sender of `stopping` is dropped have one second
/// left. The caller handles signals.
pub fn start(
    config: &Config,
    parts: Parts,
    tls: Option<&Tls>,
    probes: Probes,
    instruments: Instruments,
    sockets: Vec<Socket>,
    stopping: watch::Receiver<()>,
) -> Result<Server, Box<dyn Error>> {
    let me = MeSettings::new(
        &parts.accounts,
        config.sessions.azuma_terms(),
        cookie_transport(config),
        config.instance.name.to_string(),
    );
    let accounts = Data::from(parts.accounts);
    let sessions = Data::from(parts.sessions);
    let trusted = TrustedProxies(config.http.trusted_proxies.clone());
    let own_origin = Data::new(OwnOrigin(config.http.public_url.as_str().to_owned()));
    let body_timeout = BodyTimeout::new(config.http.body_timeout, stopping.clone());
    let body_timeout = Data::new(body_timeout);
    let logins = Data::from(instruments.logins);
    let observe = Observe {
        requests: instruments.requests,
        access_log: config.telemetry.access_log(),
        traces: instruments.traces,
    };
    let service = service::ServiceSettings {
        access: Data::from(parts.service_access),
        stopping: Data::new(service::Stopping::new(stopping)),
    };
    let dialects = Dialects::of(config, Some(service));
    let cookies = cookie_transport(config);
    let origins = config.http.cors.origins.iter();
    let origins = AllowedOrigins(origins.map(|origin| origin.as_str().to_owned()).collect());
    let documents = Data::new(Documents::of(config.dialects));
    let mut server = actix_server::Server::build()
        .workers(config.http.worker_count())
        .shutdown_timeout(whole_seconds(grace_of_requests(config.http.shutdown_grace)))
        .disable_signals();
    let shutdown = server.graceful_shutdown_signal();
    let door = Door::new(&config.http, trusted.clone(), tls, shutdown.clone());
    let proxies = Data::new(trusted);
    let app = move || {
        let (dialects, me, probes) = (dialects.clone(), me.clone(), probes.clone());
        let origins = origins.clone();
        App::new()
            .wrap(Condition::new(origins.are_any(), origins.layer()))
            .wrap(Finish)
            .wrap(observe.clone())
            .app_data(logins.clone())
            .app_data(sessions.clone())
            .app_data(accounts.clone())
            .app_data(proxies.clone())
            .app_data(own_origin.clone())
            .app_data(body_timeout.clone())
            .configure(|routes| dialects.routes(routes))
            .configure(|routes| forward_auth::routes(routes, cookies))
            .configure(|routes| openapi::routes(routes, documents.clone()))
            .configure(|routes| health::routes(routes, probes.clone()))
            .configure(|routes| pages::routes(routes, me.clone()))
            .default_service(web::to(unknown_route::<azuma::Azuma>))
    };
    let app = move || map_config(app(), |()| AppConfig::default());
    // Without TLS nobody can choose HTTP/2.
    let http2 = tls.map(|_| {
        let (app, shutdown, timeouts) = (app.clone(), shutdown.clone(), door.http2_timeouts());
        move || http2(app(), timeouts, shutdown.clone())
    });
    let idle = IdleConnections::new(config.http.keep_alive, shutdown.clone());
    tokio::spawn(idle.clone().release_memory());
    let http1 = move || {
        let shutdown = shutdown.clone();
        HttpService::build()
            .graceful_shutdown_signal(move || {
                let shutdown = shutdown.clone();
                async move { shutdown.notified().await }
            })
            // Connections rest instead; actix would set a timer after each response.
            .keep_alive(KeepAlive::Os)
            .client_disconnect_timeout(LINGER)
            .on_connect_ext(|lent: &Lent, data| {
                data.insert(lent.handover());
                data.insert(lent.unanswered());
            })
            .h1(app())
    };
    let scheme = tls.map_or("http", |_| "https");
    for socket in sockets {
        let (door, idle) = (door.clone(), idle.clone());
        let (http1, http2) = (http1.clone(), http2.clone());
        server = match socket {
            Socket::Tcp(address, listener) => {
                tracing::info!("listening on {scheme}://{address}");
                server.listen("http", listener, move || {
                    let http2 = http2.as_ref().map(|http2| http2());
                    door.clone().before(http1(), http2, idle.clone())
                })?
            }
            Socket::Unix(path, listener) => {
                tracing::info!("listening on unix:{path}");
                server.listen_uds("http", listener, move || {
                    door.clone().before_unix(http1(), idle.clone())
                })?
            }
        };
    }
    Ok(server.run())
}

/// The share of the shutdown time that requests get, so that an endless body cannot use all of it.
fn grace_of_requests(grace: Duration) -> Duration {
    grace * 3 / 4
}

/// Cookies are for HTTPS only, unless clients connect without it.
fn cookie_transport(config: &Config) -> CookieTransport {
    match config.http.public_url.is_https() {
        true => CookieTransport::HttpsOnly,
        false => CookieTransport::HttpToo,
    }
}

/// Adds the routes of the enabled dialects.
#[derive(Clone)]
struct Dialects {
    azuma: Option<azuma::AzumaSettings>,
    legacy: Option<legacy::LegacySettings>,
    account: Option<account::AccountSettings>,
    service: Option<service::ServiceSettings>,
}

impl Dialects {
    /// Those that the configuration enables. That for services needs what the configuration does not hold.
    fn of(config: &Config, service: Option<service::ServiceSettings>) -> Self {
        let on = config.dialects;
        let sessions = &config.sessions;
        Self {
            azuma: on.azuma.then(|| azuma::AzumaSettings {
                instance_name: config.instance.name.to_string(),
                terms: sessions.azuma_terms(),
            }),
            legacy: on.legacy.then(|| legacy::LegacySettings {
                terms: sessions.legacy_terms(),
                cookie_transport: cookie_transport(config),
            }),
            account: on.account.then(|| account::AccountSettings {
                terms: sessions.account_terms(),
            }),
            service: service.filter(|_| on.service),
        }
    }

    fn routes(&self, config: &mut ServiceConfig) {
        let Self {
            azuma,
            legacy,
            account,
            service,
        } = self.clone();
        // No two dialects share a path. The router tries routes in order, so the most frequent ones come first.
        if let Some(settings) = azuma {
            azuma::routes(config, settings);
        }
        if let Some(settings) = legacy {
            legacy::routes(config, settings);
        }
        if let Some(settings) = account {
            account::routes(config, settings);
        }
        if let Some(settings) = service {
            service::routes(config, settings);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use actix_service::ServiceFactory;

    use super::*;
    use crate::http::endpoint::registered;

    type Routes = BTreeSet<(String, String)>;

    /// What a dialect's routes answer.
    async fn routes(dialect: Dialects) -> Routes {
        configured(|routes| dialect.routes(routes)).await
    }

    /// What routes answer. `HEAD` comes with each `GET`.
    async fn configured(routes: impl FnOnce(&mut ServiceConfig)) -> Routes {
        let app = App::new().configure(routes);
        let app = map_config(app, |()| AppConfig::default());
        assert!(app.new_service(()).await.is_ok());
        let routes = registered::take().into_iter();
        let routes = routes.filter(|(_, method)| method != "HEAD");
        routes.collect()
    }

    fn operations(document: &utoipa::openapi::OpenApi) -> Routes {
        let mut operations = Routes::new();
        for (path, item) in &document.paths.paths {
            for (method, operation) in [
                ("GET", &item.get),
                ("POST", &item.post),
                ("PATCH", &item.patch),
                ("DELETE", &item.delete),
                ("PUT", &item.put),
            ] {
                let method = operation.as_ref().map(|_| method.to_owned());
                operations.extend(method.map(|method| (path.clone(), method)));
            }
        }
        operations
    }

    #[tokio::test]
    async fn each_route_of_a_dialect_is_described_and_nothing_else_is() {
        let config = Config::load(None, []).unwrap();
        let Dialects {
            azuma,
            legacy,
            account,
            ..
        } = Dialects::of(&config, None);
        let none = Dialects {
            azuma: None,
            legacy: None,
            account: None,
            service: None,
        };
        let dialect = Dialects {
            azuma,
            ..none.clone()
        };
        assert_eq!(routes(dialect).await, operations(&azuma::document()));
        let dialect = Dialects {
            account,
            ..none.clone()
        };
        assert_eq!(routes(dialect).await, operations(&account::document()));
        let for_services = configured(service::paths).await;
        assert_eq!(for_services, operations(&service::document()));
        let dialect = Dialects { legacy, ..none };
        let mut legacy = routes(dialect).await;
        // `/api` is `/api/` without the slash.
        legacy.remove(&("/api".to_owned(), "GET".to_owned()));
        assert_eq!(legacy, operations(&legacy::document()));
    }
}

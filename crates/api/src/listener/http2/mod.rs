//! HTTP/2 (RFC 9113), by the crate `h2`. Requests reach the routes as they would over HTTP/1.1. Actix has an HTTP/2 of its
//! own, which bounds neither the requests of a connection nor their headers (decision 0030).
//!
//! | module | holds |
//! |---|---|
//! | `connection` | the requests of a connection, and their limits |
//! | `request` | a request as HTTP/1.1 would carry it |
//! | `response` | writes a response |

mod connection;
#[cfg(test)]
mod fuzz;
mod request;
mod response;

use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use actix_http::body::{BoxBody, MessageBody};
use actix_http::error::DispatchError;
use actix_http::{Request, Response};
use actix_server::GracefulShutdownSignal;
use actix_service::{Service, ServiceFactory, fn_factory, fn_service};

use super::clients::Clients;
use super::connection::Connection;

/// An admitted connection whose client chose HTTP/2.
pub struct Http2Connection {
    pub connection: Connection,
    pub peer: SocketAddr,
    /// `None` for a trusted proxy, which is not limited.
    pub clients: Option<Arc<Clients>>,
}

/// How long a connection may be quiet.
#[derive(Clone, Copy)]
pub struct Http2Timeouts {
    /// Without an open request.
    pub keep_alive: Duration,
    /// While a client does not read a response.
    pub longest_silence: Duration,
}

/// Serves connections with the requests of `app`, until `shutdown` lets the open requests be the last.
pub fn http2<App, Answered, Body>(
    app: App,
    timeouts: Http2Timeouts,
    shutdown: GracefulShutdownSignal,
) -> impl ServiceFactory<
    Http2Connection,
    Config = (),
    Response = (),
    Error = DispatchError,
    InitError = (),
>
where
    App: ServiceFactory<Request, Config = (), Response = Answered, InitError = ()>,
    App::Service: 'static,
    App::Error: Into<Response<BoxBody>> + 'static,
    App::Future: 'static,
    <App::Service as Service<Request>>::Future: 'static,
    Answered: Into<Response<Body>> + 'static,
    Body: MessageBody + 'static,
{
    fn_factory(move || {
        let app = app.new_service(());
        let shutdown = shutdown.clone();
        async move {
            let app = Rc::new(app.await?);
            Ok(fn_service(move |accepted: Http2Connection| {
                connection::serve(accepted, Rc::clone(&app), timeouts, shutdown.clone())
            }))
        }
    })
}

//! A path and the methods it supports.

use std::marker::PhantomData;

use actix_web::dev::{AppService, HttpServiceFactory};
use actix_web::http::Method;
use actix_web::http::header::ALLOW;
use actix_web::{FromRequest, Handler, HttpRequest, HttpResponse, Resource, Responder, guard, web};

use super::api_error::{Dialect, ResponseCode};
use crate::metrics::Route;

/// A path of dialect `D`. A method without a handler gets 405 with `Allow`.
pub struct Endpoint<D> {
    resource: Resource,
    route: Route,
    allowed: Vec<Method>,
    dialect: PhantomData<D>,
}

impl<D: Dialect> Endpoint<D> {
    pub fn at(path: &str) -> Self {
        Self::under("", path)
    }

    /// A path in the scope of this prefix.
    pub fn under(scope: &str, path: &str) -> Self {
        Self {
            resource: web::resource(path),
            route: Route::new(format!("{scope}{path}")),
            allowed: Vec::new(),
            dialect: PhantomData,
        }
    }

    /// `GET`, and `HEAD` with it (RFC 9110 §9.3.2).
    pub fn get<F, Args>(self, handler: F) -> Self
    where
        F: Handler<Args>,
        Args: FromRequest + 'static,
        F::Output: Responder + 'static,
    {
        self.on(&[Method::GET, Method::HEAD], handler)
    }

    pub fn post<F, Args>(self, handler: F) -> Self
    where
        F: Handler<Args>,
        Args: FromRequest + 'static,
        F::Output: Responder + 'static,
    {
        self.on(&[Method::POST], handler)
    }

    pub fn patch<F, Args>(self, handler: F) -> Self
    where
        F: Handler<Args>,
        Args: FromRequest + 'static,
        F::Output: Responder + 'static,
    {
        self.on(&[Method::PATCH], handler)
    }

    pub fn delete<F, Args>(self, handler: F) -> Self
    where
        F: Handler<Args>,
        Args: FromRequest + 'static,
        F::Output: Responder + 'static,
    {
        self.on(&[Method::DELETE], handler)
    }

    fn on<F, Args>(mut self, methods: &[Method], handler: F) -> Self
    where
        F: Handler<Args>,
        Args: FromRequest + 'static,
        F::Output: Responder + 'static,
    {
        let allowed = methods.to_vec();
        let route = web::route()
            .guard(guard::fn_guard(move |context| {
                allowed.contains(&context.head().method)
            }))
            .to(handler);
        self.resource = self.resource.route(route);
        self.allowed.extend_from_slice(methods);
        self
    }
}

impl<D: Dialect> HttpServiceFactory for Endpoint<D> {
    fn register(self, config: &mut AppService) {
        #[cfg(test)]
        registered::add(&self);
        let names: Vec<&str> = self.allowed.iter().map(Method::as_str).collect();
        let allow = names.join(", ");
        let refuse = move || {
            let mut response = D::refuse(ResponseCode::MethodNotAllowed);
            if let Ok(value) = allow.parse() {
                response.headers_mut().insert(ALLOW, value);
            }
            async move { response }
        };
        self.resource
            .app_data(self.route)
            .default_service(web::to(refuse))
            .register(config);
    }
}

/// Answers 404 for paths that dialect `D` does not have.
pub async fn unknown_route<D: Dialect>(_: HttpRequest) -> HttpResponse {
    D::refuse(ResponseCode::NotFound)
}

/// The routes that were registered, for the test that each is described.
#[cfg(test)]
pub mod registered {
    use std::cell::RefCell;

    use super::Endpoint;

    thread_local! {
        static ROUTES: RefCell<Vec<(String, String)>> = const { RefCell::new(Vec::new()) };
    }

    pub(super) fn add<D>(endpoint: &Endpoint<D>) {
        let methods = endpoint.allowed.iter().map(ToString::to_string);
        let routes = methods.map(|method| (endpoint.route.pattern().to_owned(), method));
        ROUTES.with_borrow_mut(|known| known.extend(routes));
    }

    /// The path and the method of each route that this thread has registered since the last call.
    pub fn take() -> Vec<(String, String)> {
        ROUTES.take()
    }
}

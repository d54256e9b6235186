//! How long requests took, by route, method and status.
//!
//! A route finds its counters once on each thread, so a request hashes no text.

use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use actix_web::http::{Method, StatusCode};

use crate::wiring::{DurationCounts, Durations};

/// The bounds of durations, which OpenTelemetry's conventions for HTTP advise, and two below for checks from memory.
const BOUNDS: [Duration; 16] = [
    Duration::from_micros(500),
    Duration::from_millis(1),
    Duration::from_millis(5),
    Duration::from_millis(10),
    Duration::from_millis(25),
    Duration::from_millis(50),
    Duration::from_millis(75),
    Duration::from_millis(100),
    Duration::from_millis(250),
    Duration::from_millis(500),
    Duration::from_millis(750),
    Duration::from_secs(1),
    Duration::from_millis(2_500),
    Duration::from_secs(5),
    Duration::from_millis(7_500),
    Duration::from_secs(10),
];

/// The methods that are told apart. Clients may send any other, which is `_OTHER` in OpenTelemetry's conventions.
const METHODS: [&str; 8] = [
    "GET", "POST", "PATCH", "DELETE", "HEAD", "PUT", "OPTIONS", "_OTHER",
];
/// The statuses that are told apart: those that the routes answer.
const STATUSES: [&str; 21] = [
    "200", "201", "202", "204", "303", "400", "401", "403", "404", "405", "408", "409", "413",
    "415", "422", "424", "429", "431", "500", "503", "other",
];

/// The requests of all routes.
#[derive(Default)]
pub struct Requests {
    routes: Mutex<BTreeMap<String, Arc<RouteRequests>>>,
}

/// The requests of one route.
pub struct RouteRequests {
    /// By method and status. Most pairs never occur.
    durations: Box<[OnceLock<Durations>]>,
}

/// The requests of one route that had one method and one status.
pub struct RequestCounts {
    pub route: String,
    pub method: &'static str,
    pub status: &'static str,
    pub durations: DurationCounts,
}

impl Requests {
    /// The requests of the route with this pattern.
    pub fn of(&self, pattern: &str) -> Arc<RouteRequests> {
        let mut routes = self.routes();
        if let Some(route) = routes.get(pattern) {
            return Arc::clone(route);
        }
        let route = Arc::new(RouteRequests::new());
        routes.insert(pattern.to_owned(), Arc::clone(&route));
        route
    }

    /// All that have occurred.
    pub fn read(&self) -> Vec<RequestCounts> {
        let routes = self.routes();
        let of_route = routes.iter().flat_map(|(pattern, route)| {
            let pairs = METHODS.iter().flat_map(|method| {
                let statuses = STATUSES.iter();
                statuses.map(move |status| (*method, *status))
            });
            let occurred = pairs.zip(&route.durations);
            occurred.filter_map(|((method, status), durations)| {
                Some(RequestCounts {
                    route: pattern.clone(),
                    method,
                    status,
                    durations: durations.get()?.read(),
                })
            })
        });
        of_route.collect()
    }

    fn routes(&self) -> MutexGuard<'_, BTreeMap<String, Arc<RouteRequests>>> {
        self.routes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl RouteRequests {
    fn new() -> Self {
        let pairs = 0..METHODS.len() * STATUSES.len();
        Self {
            durations: pairs.map(|_| OnceLock::new()).collect(),
        }
    }

    /// Counts a request.
    pub fn record(&self, method: &Method, status: StatusCode, took: Duration) {
        let place = place_of_method(method) * STATUSES.len() + place_of_status(status);
        if let Some(durations) = self.durations.get(place) {
            durations
                .get_or_init(|| Durations::new(&BOUNDS))
                .record(took);
        }
    }
}

/// The name of a method; `_OTHER` for one that nobody tells apart, because a client may have typed any.
pub fn method_name(method: &Method) -> &'static str {
    let known = METHODS.iter().find(|known| **known == method.as_str());
    known.unwrap_or(&"_OTHER")
}

fn place_of_method(method: &Method) -> usize {
    let known = METHODS.iter().position(|known| *known == method.as_str());
    known.unwrap_or(METHODS.len() - 1)
}

fn place_of_status(status: StatusCode) -> usize {
    let known = STATUSES.iter().position(|known| *known == status.as_str());
    known.unwrap_or(STATUSES.len() - 1)
}

/// The pattern of a route, and its requests once this thread has found them.
pub struct Route {
    pattern: String,
    requests: OnceCell<Arc<RouteRequests>>,
}

impl Route {
    pub fn new(pattern: String) -> Self {
        Self {
            pattern,
            requests: OnceCell::new(),
        }
    }

    pub fn pattern(&self) -> &str {
        &self.pattern
    }

    /// Its requests, among all.
    pub fn requests(&self, all: &Requests) -> &RouteRequests {
        self.requests.get_or_init(|| all.of(&self.pattern))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_told_apart_by_route_method_and_status_and_what_is_unknown_is_other() {
        let requests = Requests::default();
        let brew = Method::from_bytes(b"BREW").expect("a method");
        for (pattern, method, status) in [
            ("/", Method::GET, 200),
            ("/", Method::GET, 200),
            ("/", Method::GET, 503),
            ("/user/{id}", Method::GET, 200),
            ("/", brew, 599),
        ] {
            let status = StatusCode::from_u16(status).expect("a status");
            let route = Route::new(pattern.to_owned());
            let of_route = route.requests(&requests);
            of_route.record(&method, status, Duration::from_millis(3));
        }
        let counted: Vec<_> = requests
            .read()
            .into_iter()
            .map(|counts| {
                (
                    counts.route,
                    counts.method,
                    counts.status,
                    counts.durations.count(),
                )
            })
            .collect();
        let expected = [
            ("/", "GET", "200", 2),
            ("/", "GET", "503", 1),
            ("/", "_OTHER", "other", 1),
            ("/user/{id}", "GET", "200", 1),
        ];
        let expected = expected
            .map(|(route, method, status, count)| (route.to_owned(), method, status, count));
        assert_eq!(counted, expected);
    }
}

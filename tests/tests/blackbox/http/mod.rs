//! What holds for every route: errors, headers, methods, bodies.

mod acme;
mod activation;
mod body;
mod challenge;
mod check_order;
mod cors;
mod dialects_off;
mod http2;
mod idle;
mod methods;
mod openapi;
mod request_id;
mod routes;
mod simple_requests;
mod sockets;
mod tls;
mod told_why;
mod unknown_routes;

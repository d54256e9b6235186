//! The requests: session checks, logins, registrations.

use std::io::Write;

use super::Requests;
use crate::database::{Person, Token};
use crate::hashes::PASSWORD;

/// The order in which tokens are used.
#[derive(Clone, Copy, Debug)]
pub enum Order {
    /// One after the other, again and again.
    InTurn,
    /// A random one each time.
    Random,
}

/// `GET /user/self` with live tokens.
pub fn checks(tokens: &[Token], order: Order) -> impl Requests {
    let mut turn = 0;
    move |request: &mut Vec<u8>| {
        let index = match order {
            Order::InTurn => turn % tokens.len(),
            Order::Random => fastrand::usize(..tokens.len()),
        };
        turn += 1;
        if let Some(token) = tokens.get(index) {
            check(request, token);
        }
    }
}

/// The same in random order. Every `n`th request has a token that was never used, as long as there are such tokens.
pub fn checks_partly_new(known: &[Token], n: u32, new: &[Token]) -> impl Requests {
    let mut known = checks(known, Order::Random);
    let mut new = new.iter();
    let mut turn = 0;
    move |request: &mut Vec<u8>| {
        turn += 1;
        let token = if turn % n == 0 { new.next() } else { None };
        match token {
            Some(token) => check(request, token),
            None => known(request),
        }
    }
}

fn check(request: &mut Vec<u8>, token: &Token) {
    request
        .extend_from_slice(b"GET /user/self HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ");
    request.extend_from_slice(token.as_str().as_bytes());
    request.extend_from_slice(b"\r\n\r\n");
}

/// `POST /user/login` for each user in turn.
pub fn logins(people: u32) -> impl Requests {
    let mut turn = 0;
    move |request: &mut Vec<u8>| {
        let name = Person(turn % people).name();
        turn += 1;
        let body = format!(r#"{{"name":"{name}","password":"{PASSWORD}"}}"#);
        post(request, "/user/login", &body);
    }
}

/// `POST /users` with a new name each time, numbered from `first`.
pub fn registrations(first: u32) -> impl Requests {
    let mut number = first;
    move |request: &mut Vec<u8>| {
        let body = format!(
            r#"{{"name":"new-{number}","email":"new-{number}@example.org","password":"{PASSWORD}"}}"#
        );
        number += 1;
        post(request, "/users", &body);
    }
}

fn post(request: &mut Vec<u8>, path: &str, body: &str) {
    let length = body.len();
    // Writing to a vector does not fail.
    let _ = write!(
        request,
        "POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
    );
}

/// `POST /user/logout`
pub fn logout(token: &Token) -> Vec<u8> {
    let token = token.as_str();
    format!(
        "POST /user/logout HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\nContent-Length: 0\r\n\r\n"
    )
    .into_bytes()
}

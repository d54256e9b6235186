//! The page that shows the documents, by Swagger UI, which is part of the binary. Its calls go to this server.

use actix_web::HttpResponse;
use actix_web::http::header::{
    CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY,
    X_CONTENT_TYPE_OPTIONS,
};
use actix_web::web::{Bytes, Data, ServiceConfig};

use super::Documents;
use crate::dialects::azuma::Azuma;
use crate::http::endpoint::Endpoint;

/// Nothing comes from elsewhere, and nothing goes elsewhere. Swagger UI has its pictures in its stylesheet.
const CONTENT_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
                              img-src 'self' data:; connect-src 'self'; form-action 'none'; \
                              base-uri 'none'; frame-ancestors 'none'";

pub fn routes(config: &mut ServiceConfig) {
    config
        .service(Endpoint::<Azuma>::at("/docs").get(page))
        .service(Endpoint::<Azuma>::at("/docs/page.js").get(script))
        .service(Endpoint::<Azuma>::at("/docs/bundle.js").get(bundle))
        .service(Endpoint::<Azuma>::at("/docs/style.css").get(style));
}

async fn page(documents: Data<Documents>) -> HttpResponse {
    let page = include_str!("../../assets/swagger-ui/page.html")
        .replace(
            "{apis}",
            &links(&documents, |name| format!("/docs?api={name}")),
        )
        .replace(
            "{files}",
            &links(&documents, |name| format!("/openapi/{name}.json")),
        );
    file("text/html; charset=utf-8", page.into(), Coding::Plain)
}

/// A link for each document that is there.
fn links(documents: &Documents, address: impl Fn(&str) -> String) -> String {
    let names = documents.0.iter().map(|(name, _)| *name);
    let links = names.map(|name| format!("<a href=\"{}\">{name}</a>", address(name)));
    links.collect::<Vec<_>>().join(" · ")
}

async fn script() -> HttpResponse {
    let script = include_str!("../../assets/swagger-ui/page.js");
    file(
        "text/javascript; charset=utf-8",
        script.into(),
        Coding::Plain,
    )
}

async fn bundle() -> HttpResponse {
    let bundle: &[u8] = include_bytes!("../../assets/swagger-ui/bundle.js.gz");
    file(
        "text/javascript; charset=utf-8",
        bundle.into(),
        Coding::Gzip,
    )
}

async fn style() -> HttpResponse {
    let style: &[u8] = include_bytes!("../../assets/swagger-ui/style.css.gz");
    file("text/css; charset=utf-8", style.into(), Coding::Gzip)
}

/// How a file is kept. Every browser takes what is compressed by gzip.
enum Coding {
    Plain,
    Gzip,
}

fn file(content_type: &str, content: Bytes, coding: Coding) -> HttpResponse {
    let mut response = HttpResponse::Ok();
    response
        .insert_header((CONTENT_TYPE, content_type))
        .insert_header((CONTENT_SECURITY_POLICY, CONTENT_POLICY))
        .insert_header((REFERRER_POLICY, "no-referrer"))
        .insert_header((X_CONTENT_TYPE_OPTIONS, "nosniff"));
    match coding {
        Coding::Plain => (),
        Coding::Gzip => {
            response.insert_header((CONTENT_ENCODING, "gzip"));
        }
    }
    response.body(content)
}

//! `/verify`: a mail's link leads here. Looking at it does nothing, for mail scanners look; the button does it.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use azuma_domain::ErrorCode;
use azuma_domain::error_code::Coded;
use azuma_domain::services::{FollowLinkError, Followed, Services};
use azuma_domain::token::Token;
use serde::Deserialize;

use super::page;
use super::texts::Texts;
use crate::http::client::{Origin, language};

/// What the link's query and the form's body both carry.
#[derive(Deserialize)]
pub struct LinkForm {
    #[serde(default)]
    token: String,
}

#[derive(Template)]
#[template(path = "confirm.html")]
struct ConfirmPage<'a> {
    texts: &'a Texts,
    token: &'a str,
}

#[derive(Template)]
#[template(path = "notice.html")]
struct NoticePage<'a> {
    texts: &'a Texts,
    title: &'a str,
    text: &'a str,
}

/// `GET /verify?token=`
pub async fn ask(request: HttpRequest) -> HttpResponse {
    let texts = Texts::of(language(&request));
    let form = web::Query::<LinkForm>::from_query(request.query_string()).ok();
    match form.and_then(|form| Token::parse(&form.token).ok()) {
        Some(token) => page(
            StatusCode::OK,
            &ConfirmPage {
                texts,
                token: token.expose(),
            },
        ),
        None => link_unknown(texts),
    }
}

/// `POST /verify`, the form of the page above.
pub async fn follow(
    services: web::Data<Services>,
    origin: Origin,
    form: Result<web::Form<LinkForm>, actix_web::Error>,
) -> HttpResponse {
    let texts = Texts::of(origin.language);
    let token = form.ok().and_then(|form| Token::parse(&form.token).ok());
    match services.follow_link(token, origin.client.ip).await {
        Ok(Followed::AccountVerified) => notice(
            StatusCode::OK,
            texts,
            texts.account_verified_title,
            texts.account_verified_text,
        ),
        Ok(Followed::EmailChanged) => notice(
            StatusCode::OK,
            texts,
            texts.email_changed_title,
            texts.email_changed_text,
        ),
        Err(FollowLinkError::LinkUnknown) => link_unknown(texts),
        Err(error @ (FollowLinkError::Blocked(_) | FollowLinkError::Store(_))) => {
            try_later(texts, &error)
        }
    }
}

fn link_unknown(texts: &Texts) -> HttpResponse {
    notice(
        StatusCode::NOT_FOUND,
        texts,
        texts.link_unknown_title,
        texts.link_unknown_text,
    )
}

fn try_later(texts: &Texts, error: &FollowLinkError) -> HttpResponse {
    let status = match error.code() {
        ErrorCode::TooManyAttempts { .. } => StatusCode::TOO_MANY_REQUESTS,
        _ => StatusCode::SERVICE_UNAVAILABLE,
    };
    tracing::warn!(%error, "a link could not be followed");
    notice(status, texts, texts.try_later_title, texts.try_later_text)
}

fn notice(status: StatusCode, texts: &Texts, title: &str, text: &str) -> HttpResponse {
    page(status, &NoticePage { texts, title, text })
}

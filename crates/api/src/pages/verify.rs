//! `/verify`: a mail's link leads here. Looking at it does nothing, for mail scanners look; the button does it.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use azuma_domain::error_code::Coded;
use azuma_domain::services::{FollowLinkError, Followed, Services};
use azuma_domain::token::Token;
use serde::Deserialize;

use super::texts::Texts;
use super::{page, refused_page};
use crate::http::body::BodyError;
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
        Some(token) => page(&ConfirmPage {
            texts,
            token: token.expose(),
        }),
        None => link_unknown(texts, FollowLinkError::LinkUnknown),
    }
}

/// `POST /verify`, the form of the page above.
pub async fn follow(
    services: web::Data<Services>,
    origin: Origin,
    form: Result<web::Form<LinkForm>, actix_web::Error>,
) -> HttpResponse {
    let texts = Texts::of(origin.language);
    let token = match form {
        Ok(form) => Token::parse(&form.token).ok(),
        Err(error) => return link_unknown(texts, BodyError::from(&error)),
    };
    match services.follow_link(token, origin.client.ip).await {
        Ok(Followed::AccountVerified) => page(&NoticePage {
            texts,
            title: texts.account_verified_title,
            text: texts.account_verified_text,
        }),
        Ok(Followed::EmailChanged) => page(&NoticePage {
            texts,
            title: texts.email_changed_title,
            text: texts.email_changed_text,
        }),
        Err(error @ FollowLinkError::LinkUnknown) => link_unknown(texts, error),
        Err(error @ (FollowLinkError::Blocked(_) | FollowLinkError::Store(_))) => {
            try_later(texts, error)
        }
    }
}

fn link_unknown(texts: &Texts, error: impl Coded) -> HttpResponse {
    let notice = NoticePage {
        texts,
        title: texts.link_unknown_title,
        text: texts.link_unknown_text,
    };
    refused_page(error, &notice)
}

fn try_later(texts: &Texts, error: FollowLinkError) -> HttpResponse {
    let notice = NoticePage {
        texts,
        title: texts.try_later_title,
        text: texts.try_later_text,
    };
    refused_page(error, &notice)
}

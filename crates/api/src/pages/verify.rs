//! `/verify`: a mail's link leads here. Looking at it does nothing, for mail scanners look; the button does it.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use azuma_domain::error_code::Coded;
use azuma_domain::link::LinkPurpose;
use azuma_domain::services::{FollowLinkError, Followed, Services};
use azuma_domain::token::Token;
use serde::Deserialize;

use super::notice::{Notice, Then, form_unreadable, try_later};
use super::texts::Texts;
use super::{page, token_in_query};
use crate::http::client::{Origin, language};

/// The body of the form.
#[derive(Deserialize)]
pub struct ConfirmForm {
    #[serde(default)]
    token: String,
}

#[derive(Template)]
#[template(path = "confirm.html")]
struct ConfirmPage<'a> {
    texts: &'a Texts,
    token: &'a str,
    address: Option<&'a str>,
}

/// `GET /verify?token=`
pub async fn ask(services: web::Data<Services>, request: HttpRequest) -> HttpResponse {
    let texts = Texts::of(language(&request));
    let token = token_in_query(&request);
    let address = match services.look_at_link(token.as_ref()).await {
        Ok(LinkPurpose::VerifyAccount) => None,
        Ok(LinkPurpose::ChangeEmail(address)) => Some(address),
        Ok(LinkPurpose::ResetPassword) => return refused(texts, FollowLinkError::LinkUnknown),
        Err(error) => return refused(texts, error),
    };
    page(&ConfirmPage {
        texts,
        token: token.as_ref().map_or("", Token::expose),
        address: address.as_ref().map(|address| address.as_str()),
    })
}

/// `POST /verify`, the form of the page above.
pub async fn follow(
    services: web::Data<Services>,
    origin: Origin,
    form: Result<web::Form<ConfirmForm>, actix_web::Error>,
) -> HttpResponse {
    let texts = Texts::of(origin.language);
    let token = match form {
        Ok(form) => Token::parse(&form.token).ok(),
        Err(error) => return form_unreadable(texts, &error),
    };
    let followed = services.follow_link(token, origin.client.ip, origin.language);
    let (title, text) = match followed.await {
        Ok(Followed::AccountVerified) => {
            (texts.account_verified_title, texts.account_verified_text)
        }
        Ok(Followed::EmailChanged) => (texts.email_changed_title, texts.email_changed_text),
        Err(error) => return refused(texts, error),
    };
    let notice = Notice {
        texts,
        title,
        text,
        then: Then::Nothing,
    };
    notice.shown()
}

fn refused(texts: &Texts, error: FollowLinkError) -> HttpResponse {
    match error {
        FollowLinkError::LinkUnknown => link_unknown(texts, error),
        FollowLinkError::Blocked(_) | FollowLinkError::Store(_) => try_later(texts, error),
    }
}

fn link_unknown(texts: &Texts, error: impl Coded) -> HttpResponse {
    let notice = Notice {
        texts,
        title: texts.link_unknown_title,
        text: texts.verify_link_unknown_text,
        then: Then::Nothing,
    };
    notice.refused(error)
}

//! `/verify`: a mailed link leads here. Opening the page changes nothing, because mail scanners open links. One button
//! confirms the address; the other says that somebody else requested the link.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use azuma_domain::error_code::HasErrorCode;
use azuma_domain::link::LinkPurpose;
use azuma_domain::services::{Accounts, Disowned, FollowLinkError, Followed};
use azuma_domain::token::Token;
use azuma_domain::user::UserName;
use serde::Deserialize;

use super::notice::{Notice, Then, form_unreadable, try_later};
use super::texts::Texts;
use super::{page, token_in_query};
use crate::http::body::Body;
use crate::http::origin::{Origin, language};

/// The body of the form.
#[derive(Deserialize)]
pub struct ConfirmForm {
    #[serde(default)]
    token: String,
    #[serde(default)]
    answer: Choice,
}

/// Which button was pressed.
#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Choice {
    #[default]
    Confirm,
    NotMe,
}

#[derive(Template)]
#[template(path = "confirm.html")]
struct ConfirmPage<'a> {
    texts: &'a Texts,
    token: &'a str,
    name: Option<&'a str>,
    address: &'a str,
}

/// `GET /verify?token=`
pub async fn ask(accounts: web::Data<Accounts>, request: HttpRequest) -> HttpResponse {
    let texts = Texts::of(language(&request));
    let token = token_in_query(&request);
    let link = match accounts.look_at_link(token.as_ref()).await {
        Ok(link) => link,
        Err(error) => return refused(texts, error),
    };
    match link.purpose {
        LinkPurpose::VerifyAccount | LinkPurpose::ChangeEmail(_) => {}
        LinkPurpose::ResetPassword => return refused(texts, FollowLinkError::LinkUnknown),
    }
    page(&ConfirmPage {
        texts,
        token: token.as_ref().map_or("", Token::expose),
        name: link.name.as_ref().map(UserName::as_str),
        address: link.address.as_str(),
    })
}

/// `POST /verify`, the form of the page above. A form without `answer` confirms.
pub async fn follow(accounts: web::Data<Accounts>, origin: Origin, body: Body) -> HttpResponse {
    let texts = Texts::of(origin.language);
    let form = match body.form::<ConfirmForm>().await {
        Ok(form) => form,
        Err(error) => return form_unreadable(texts, error),
    };
    let token = Token::parse(&form.token).ok();
    let done = match form.answer {
        Choice::Confirm => confirm(&accounts, token, origin).await,
        Choice::NotMe => disown(&accounts, token, origin).await,
    };
    let (title, text) = match done {
        Ok(done) => done,
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

/// A notice with this title and text.
type Done = Result<(&'static str, &'static str), FollowLinkError>;

async fn confirm(accounts: &Accounts, token: Option<Token>, origin: Origin) -> Done {
    let texts = Texts::of(origin.language);
    let followed = accounts.follow_link(token, &origin.source, origin.language);
    Ok(match followed.await? {
        Followed::AccountVerified => (texts.account_verified_title, texts.account_verified_text),
        Followed::EmailChanged => (texts.email_changed_title, texts.email_changed_text),
    })
}

async fn disown(accounts: &Accounts, token: Option<Token>, origin: Origin) -> Done {
    let texts = Texts::of(origin.language);
    let text = match accounts.disown_link(token, &origin.source).await? {
        Disowned::AccountDeleted => texts.account_deleted_text,
        Disowned::EmailChangeCancelled => texts.change_cancelled_text,
    };
    Ok((texts.disowned_title, text))
}

fn refused(texts: &Texts, error: FollowLinkError) -> HttpResponse {
    match error {
        FollowLinkError::LinkUnknown => link_unknown(texts, error),
        FollowLinkError::RateLimited(_) | FollowLinkError::Store(_) => try_later(texts, error),
    }
}

fn link_unknown(texts: &Texts, error: impl HasErrorCode) -> HttpResponse {
    let notice = Notice {
        texts,
        title: texts.link_unknown_title,
        text: texts.verify_link_unknown_text,
        then: Then::Nothing,
    };
    notice.refused(error)
}

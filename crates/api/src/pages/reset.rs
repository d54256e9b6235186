//! `/reset`: the link of a recovery leads here. Opening the page changes nothing; its form sets a new password.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use azuma_domain::error_code::HasErrorCode;
use azuma_domain::link::LinkPurpose;
use azuma_domain::services::{Accounts, FollowLinkError, LinkPreview, ResetPasswordError};
use azuma_domain::token::Token;
use azuma_domain::user::{PasswordRules, UserName};
use serde::Deserialize;

use super::notice::{Notice, Then, form_unreadable, try_later};
use super::texts::Texts;
use super::{page, refused_page, token_in_query};
use crate::http::body::Body;
use crate::http::fields::new_password;
use crate::http::origin::{Origin, language};

/// The body of the form.
#[derive(Deserialize)]
pub struct ResetForm {
    #[serde(default)]
    token: String,
    #[serde(default)]
    password: String,
}

#[derive(Template)]
#[template(path = "reset.html")]
struct ResetPage<'a> {
    texts: &'a Texts,
    token: &'a str,
    name: Option<&'a str>,
    rules: PasswordRules,
    /// Why the password must be filled in again.
    problem: Option<String>,
}

/// `GET /reset?token=`
pub async fn ask(accounts: web::Data<Accounts>, request: HttpRequest) -> HttpResponse {
    let texts = Texts::of(language(&request));
    let token = token_in_query(&request);
    match accounts.look_at_link(token.as_ref()).await {
        Ok(LinkPreview {
            purpose: LinkPurpose::ResetPassword,
            name,
            ..
        }) => page(&ResetPage {
            texts,
            token: token.as_ref().map_or("", Token::expose),
            name: name.as_ref().map(UserName::as_str),
            rules: accounts.password_rules,
            problem: None,
        }),
        Ok(LinkPreview {
            purpose: LinkPurpose::VerifyAccount | LinkPurpose::ChangeEmail(_),
            ..
        }) => link_unknown(texts, FollowLinkError::LinkUnknown),
        Err(error @ FollowLinkError::LinkUnknown) => link_unknown(texts, error),
        Err(error @ (FollowLinkError::RateLimited(_) | FollowLinkError::Store(_))) => {
            try_later(texts, error)
        }
    }
}

/// `POST /reset`, the form of the page above. An invalid password shows the form again.
pub async fn set(accounts: web::Data<Accounts>, origin: Origin, body: Body) -> HttpResponse {
    let texts = Texts::of(origin.language);
    let form: ResetForm = match body.form().await {
        Ok(form) => form,
        Err(error) => return form_unreadable(texts, error),
    };
    let token = Token::parse(&form.token).ok();
    let password = match new_password(&form.password, accounts.password_rules) {
        Ok(password) => password,
        Err(error) => {
            let problem = texts.password_refused(&accounts.password_rules);
            return again(&accounts, texts, &form, error, problem).await;
        }
    };
    match accounts
        .reset_password(token, password, &origin.source, origin.language)
        .await
    {
        Ok(user) => Notice {
            texts,
            title: texts.password_set_title,
            text: texts.password_set_text,
            then: Then::LogInAs(user.name.as_str()),
        }
        .shown(),
        Err(error @ ResetPasswordError::LinkUnknown) => link_unknown(texts, error),
        Err(error @ ResetPasswordError::PasswordGuessable(_)) => {
            let problem = texts.password_guessable.to_owned();
            again(&accounts, texts, &form, error, problem).await
        }
        Err(
            error @ (ResetPasswordError::RateLimited(_)
            | ResetPasswordError::Hash(_)
            | ResetPasswordError::Store(_)),
        ) => try_later(texts, error),
    }
}

/// The form once more, with what is wrong with the password.
async fn again(
    accounts: &Accounts,
    texts: &Texts,
    form: &ResetForm,
    error: impl HasErrorCode,
    problem: String,
) -> HttpResponse {
    let token = Token::parse(&form.token).ok();
    let link = accounts.look_at_link(token.as_ref()).await.ok();
    let name = link.and_then(|link| link.name);
    let page = ResetPage {
        texts,
        token: &form.token,
        name: name.as_ref().map(UserName::as_str),
        rules: accounts.password_rules,
        problem: Some(problem),
    };
    refused_page(error, &page)
}

fn link_unknown(texts: &Texts, error: impl HasErrorCode) -> HttpResponse {
    let notice = Notice {
        texts,
        title: texts.link_unknown_title,
        text: texts.reset_link_unknown_text,
        then: Then::RecoverAgain,
    };
    notice.refused(error)
}

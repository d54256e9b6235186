//! `/recover`: requests a link that sets a new password.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use azuma_domain::services::{Accounts, Recovery};
use azuma_domain::user::EmailAddress;
use serde::Deserialize;

use super::notice::{Notice, Then, form_unreadable, try_later};
use super::texts::Texts;
use super::{page, refused_page};
use crate::http::body::Body;
use crate::http::fields::FieldError;
use crate::http::origin::{Origin, language};

/// The body of the form.
#[derive(Deserialize)]
pub struct RecoverForm {
    #[serde(default)]
    email: String,
}

#[derive(Template)]
#[template(path = "recover.html")]
struct RecoverPage<'a> {
    texts: &'a Texts,
    email: &'a str,
    refused: bool,
}

/// `GET /recover`
pub async fn ask(request: HttpRequest) -> HttpResponse {
    page(&RecoverPage {
        texts: Texts::of(language(&request)),
        email: "",
        refused: false,
    })
}

/// `POST /recover`, the form of the page above. The response is the same for known and unknown addresses.
pub async fn begin(accounts: web::Data<Accounts>, origin: Origin, body: Body) -> HttpResponse {
    let texts = Texts::of(origin.language);
    let form: RecoverForm = match body.form().await {
        Ok(form) => form,
        Err(error) => return form_unreadable(texts, error),
    };
    let email = match EmailAddress::parse(&form.email) {
        Ok(email) => email,
        Err(error) => {
            let again = RecoverPage {
                texts,
                email: &form.email,
                refused: true,
            };
            return refused_page(FieldError::from(error), &again);
        }
    };
    let recovery = Recovery {
        email,
        source: origin.source,
        language: origin.language,
    };
    match accounts.recover_account(recovery).await {
        Ok(()) => Notice {
            texts,
            title: texts.mail_sent_title,
            text: texts.recovery_begun_text,
            then: Then::Nothing,
        }
        .shown(),
        Err(error) => try_later(texts, error),
    }
}

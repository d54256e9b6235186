//! A page that says what happened and what to do next.

use actix_web::HttpResponse;
use askama::Template;
use azuma_domain::error_code::HasErrorCode;

use super::texts::Texts;
use super::{page, refused_page};
use crate::http::body::BodyError;

/// What follows the text on the page.
pub enum Then<'a> {
    Nothing,
    LogInAs(&'a str),
    RecoverAgain,
}

#[derive(Template)]
#[template(path = "notice.html")]
pub struct Notice<'a> {
    pub texts: &'a Texts,
    pub title: &'a str,
    pub text: &'a str,
    pub then: Then<'a>,
}

impl Notice<'_> {
    pub fn shown(&self) -> HttpResponse {
        page(self)
    }

    /// The page for an error, with the error's status.
    pub fn refused(&self, error: impl HasErrorCode) -> HttpResponse {
        refused_page(error, self)
    }
}

/// The page for a form that could not be read.
pub fn form_unreadable(texts: &Texts, error: BodyError) -> HttpResponse {
    let notice = Notice {
        texts,
        title: texts.form_unreadable_title,
        text: texts.form_unreadable_text,
        then: Then::Nothing,
    };
    notice.refused(error)
}

/// The page for a temporary failure that changed nothing.
pub fn try_later(texts: &Texts, error: impl HasErrorCode) -> HttpResponse {
    let notice = Notice {
        texts,
        title: texts.try_later_title,
        text: texts.try_later_text,
        then: Then::Nothing,
    };
    notice.refused(error)
}

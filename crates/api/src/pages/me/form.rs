//! A page with one form.

use actix_web::HttpResponse;
use askama::Template;
use azuma_domain::error_code::HasErrorCode;
use azuma_domain::factor::GivenCode;

use crate::pages::texts::Texts;
use crate::pages::{page, refused_page};

/// What a field holds, for browsers, keyboards of phones and password managers.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum FieldKind {
    /// A name or an address.
    LoginName,
    /// A new name.
    Name,
    /// An e-mail address.
    Email,
    /// The password of the account.
    Password,
    /// A new password.
    NewPassword,
    /// A code of a second factor.
    Code,
}

/// A field to be filled in.
pub struct Field<'a> {
    pub name: &'static str,
    pub label: &'a str,
    pub kind: FieldKind,
    pub value: &'a str,
    /// Why it must be filled in again.
    pub problem: Option<String>,
}

impl<'a> Field<'a> {
    pub fn new(name: &'static str, label: &'a str, kind: FieldKind) -> Self {
        Self {
            name,
            label,
            kind,
            value: "",
            problem: None,
        }
    }
}

/// The code of a second factor in a form, whose field may be missing or empty.
pub fn code_in(otp: &str) -> Option<GivenCode> {
    Some(otp.trim())
        .filter(|text| !text.is_empty())
        .map(GivenCode::read)
}

#[derive(Template)]
#[template(path = "me_form.html")]
pub struct FormPage<'a> {
    pub texts: &'a Texts,
    pub title: &'a str,
    pub text: &'a str,
    /// What was done before, if the page says so.
    pub done: Option<&'a str>,
    pub action: &'a str,
    pub fields: Vec<Field<'a>>,
    pub button: &'a str,
    /// Where else one may go, and what that is called.
    pub links: &'a [(&'a str, &'a str)],
}

impl FormPage<'_> {
    pub fn shown(&self) -> HttpResponse {
        page(self)
    }

    /// The form once more, with what is wrong with it.
    pub fn refused(&self, error: impl HasErrorCode) -> HttpResponse {
        refused_page(error, self)
    }
}

//! `/register`: requests an account. The link of an invitation leads here.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use azuma_domain::registration::RegistrationMode;
use azuma_domain::services::{AccountRequest, Accounts, RegisterError};
use azuma_domain::user::{EmailAddress, PasswordRules, UserName};
use serde::Deserialize;

use super::notice::{Notice, Then, form_unreadable, try_later};
use super::texts::Texts;
use super::{page, refused_page};
use crate::http::body::Body;
use crate::http::fields::{FieldError, invite, new_password};
use crate::http::origin::{Origin, language};

/// The body of the form. The query of the page is read in the same way: a link may fill in any field but the password.
#[derive(Default, Deserialize)]
pub struct RegisterForm {
    #[serde(default)]
    invite: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    email: String,
    #[serde(default)]
    password: String,
}

/// A field of the form.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Field {
    Invite,
    Name,
    Email,
    Password,
}

#[derive(Template)]
#[template(path = "register.html")]
struct RegisterPage<'a> {
    texts: &'a Texts,
    asks_for_invite: bool,
    form: &'a RegisterForm,
    rules: PasswordRules,
    /// The field that must be filled in again.
    wrong: Option<Field>,
    /// Why.
    problem: String,
}

impl RegisterPage<'_> {
    fn is_wrong(&self, field: Field) -> bool {
        self.wrong == Some(field)
    }
}

/// `GET /register`
pub async fn ask(accounts: web::Data<Accounts>, request: HttpRequest) -> HttpResponse {
    let texts = Texts::of(language(&request));
    if accounts.registration.mode == RegistrationMode::Closed {
        return closed(texts);
    }
    let query = web::Query::<RegisterForm>::from_query(request.query_string());
    let form = query.map_or_else(|_| RegisterForm::default(), web::Query::into_inner);
    page(&empty_page(&accounts, texts, &form))
}

/// `POST /register`, the form of the page above. What is refused shows the form again.
pub async fn request(accounts: web::Data<Accounts>, origin: Origin, body: Body) -> HttpResponse {
    let texts = Texts::of(origin.language);
    if accounts.registration.mode == RegistrationMode::Closed {
        return closed(texts);
    }
    let form: RegisterForm = match body.form().await {
        Ok(form) => form,
        Err(error) => return form_unreadable(texts, error),
    };
    let again = |field, problem| RegisterPage {
        wrong: Some(field),
        problem,
        ..empty_page(&accounts, texts, &form)
    };
    let rules = accounts.password_rules;
    let wanted = match parse(&form, rules, origin) {
        Ok(wanted) => wanted,
        Err((field, error)) => {
            let problem = malformed(texts, field, rules);
            return refused_page(error, &again(field, problem));
        }
    };
    match accounts.request_account(wanted).await {
        Ok(()) => Notice {
            texts,
            title: texts.mail_sent_title,
            text: texts.account_requested_text,
            then: Then::Nothing,
        }
        .shown(),
        Err(RegisterError::Closed) => closed(texts),
        Err(error) => match refusal(texts, &error) {
            Some((field, problem)) => refused_page(error, &again(field, problem.to_owned())),
            None => try_later(texts, error),
        },
    }
}

fn empty_page<'a>(
    accounts: &Accounts,
    texts: &'a Texts,
    form: &'a RegisterForm,
) -> RegisterPage<'a> {
    RegisterPage {
        texts,
        asks_for_invite: accounts.registration.mode == RegistrationMode::Invite,
        form,
        rules: accounts.password_rules,
        wrong: None,
        problem: String::new(),
    }
}

fn parse(
    form: &RegisterForm,
    rules: PasswordRules,
    origin: Origin,
) -> Result<AccountRequest, (Field, FieldError)> {
    let wrong = |field| move |error: FieldError| (field, error);
    let name = UserName::parse(&form.name).map_err(FieldError::from);
    let email = EmailAddress::parse(&form.email).map_err(FieldError::from);
    Ok(AccountRequest {
        name: name.map_err(wrong(Field::Name))?,
        email: email.map_err(wrong(Field::Email))?,
        password: new_password(&form.password, rules).map_err(wrong(Field::Password))?,
        invite: invite(Some(&form.invite)),
        source: origin.source,
        language: origin.language,
    })
}

/// What is said of a field that cannot be read.
fn malformed(texts: &Texts, field: Field, rules: PasswordRules) -> String {
    match field {
        Field::Invite => texts.invite_refused.to_owned(),
        Field::Name => texts.name_refused.to_owned(),
        Field::Email => texts.email_refused.to_owned(),
        Field::Password => texts.password_refused(&rules),
    }
}

/// The field that is refused, and why; `None` where it is not a matter of the form.
fn refusal(texts: &Texts, error: &RegisterError) -> Option<(Field, &'static str)> {
    match error {
        RegisterError::InviteMissing | RegisterError::InviteInvalid => {
            Some((Field::Invite, texts.invite_refused))
        }
        RegisterError::NameTaken => Some((Field::Name, texts.name_taken)),
        RegisterError::EmailTaken => Some((Field::Email, texts.email_taken)),
        RegisterError::EmailDomainRefused => Some((Field::Email, texts.email_domain_refused)),
        RegisterError::PasswordGuessable(_) => Some((Field::Password, texts.password_guessable)),
        RegisterError::Closed
        | RegisterError::EmailMissing
        | RegisterError::RateLimited(_)
        | RegisterError::Hash(_)
        | RegisterError::Store(_) => None,
    }
}

fn closed(texts: &Texts) -> HttpResponse {
    let notice = Notice {
        texts,
        title: texts.registration_closed_title,
        text: texts.registration_closed_text,
        then: Then::Nothing,
    };
    notice.refused(RegisterError::Closed)
}

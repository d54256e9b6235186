//! `/me/name`, `/me/email` and `/me/password`: changing one's name, address and password.

use actix_web::{HttpRequest, HttpResponse, web};
use azuma_domain::mail::Language;
use azuma_domain::services::{SecondFactorError, UpdateUserError, UserUpdate};
use azuma_domain::user::{EmailAddress, PasswordRules, UserName};
use serde::Deserialize;

use super::caller::Caller;
use super::form::{Field, FieldKind, FormPage, code_in};
use super::texts::MeTexts;
use super::{Done, MeSettings, home, home_after, refused_password};
use crate::http::body::Body;
use crate::http::fields::{FieldError, current_password, new_password};
use crate::http::origin::{Origin, language};
use crate::pages::notice::{form_unreadable, try_later};
use crate::pages::texts::Texts;

/// The body of each form.
#[derive(Default, Deserialize)]
pub struct ChangeForm {
    /// The new name, address or password.
    #[serde(default)]
    new: String,
    #[serde(default)]
    current_password: String,
    #[serde(default)]
    otp: String,
}

/// What is changed.
#[derive(Clone, Copy)]
enum Subject {
    Name,
    Email,
    Password,
}

/// What is wrong with the form: a text for the field `new`, or for `current_password`.
#[derive(Default)]
struct Problems {
    new: Option<String>,
    current_password: Option<String>,
    code: Option<String>,
}

/// `GET /me/name`
pub async fn ask_for_name(_: Caller, request: HttpRequest) -> HttpResponse {
    ask(Subject::Name, &request)
}

/// `GET /me/email`
pub async fn ask_for_email(_: Caller, request: HttpRequest) -> HttpResponse {
    ask(Subject::Email, &request)
}

/// `GET /me/password`
pub async fn ask_for_password(_: Caller, request: HttpRequest) -> HttpResponse {
    ask(Subject::Password, &request)
}

fn ask(subject: Subject, request: &HttpRequest) -> HttpResponse {
    let problems = Problems::default();
    change_page(subject, language(request), "", problems).shown()
}

/// `POST /me/name`
pub async fn change_name(
    settings: web::Data<MeSettings>,
    caller: Caller,
    origin: Origin,
    body: Body,
) -> HttpResponse {
    change(Subject::Name, &settings, &caller, origin, body).await
}

/// `POST /me/email`
pub async fn change_email(
    settings: web::Data<MeSettings>,
    caller: Caller,
    origin: Origin,
    body: Body,
) -> HttpResponse {
    change(Subject::Email, &settings, &caller, origin, body).await
}

/// `POST /me/password`
pub async fn change_password(
    settings: web::Data<MeSettings>,
    caller: Caller,
    origin: Origin,
    body: Body,
) -> HttpResponse {
    change(Subject::Password, &settings, &caller, origin, body).await
}

/// What is refused shows the form again.
async fn change(
    subject: Subject,
    settings: &MeSettings,
    caller: &Caller,
    origin: Origin,
    body: Body,
) -> HttpResponse {
    let Origin {
        source, language, ..
    } = origin;
    let texts = Texts::of(language);
    let form: ChangeForm = match body.form().await {
        Ok(form) => form,
        Err(error) => return form_unreadable(texts, error),
    };
    let rules = settings.accounts.password_rules;
    let again = |problems| change_page(subject, language, &form.new, problems);
    let update = match parse(subject, &form, rules) {
        Ok(update) => UserUpdate { source, ..update },
        Err((error, problems)) => {
            return again(problems(language, rules)).refused(error);
        }
    };
    match settings
        .accounts
        .update_user(caller, update, language)
        .await
    {
        Ok(_) => home_after(match subject {
            Subject::Name => Done::NameChanged,
            Subject::Email => Done::EmailRequested,
            Subject::Password => Done::PasswordChanged,
        }),
        Err(error) => match refusal(language, &error) {
            Refusal::Form(problems) => again(problems).refused(error),
            Refusal::LoggedOut => home(),
            Refusal::TryLater => try_later(texts, error),
        },
    }
}

/// Makes the problems that a field's error means to the form.
type Explain = fn(Language, PasswordRules) -> Problems;

fn parse(
    subject: Subject,
    form: &ChangeForm,
    rules: PasswordRules,
) -> Result<UserUpdate, (FieldError, Explain)> {
    let current = current_password(Some(form.current_password.clone()));
    let current_password = current.map_err(|error| (error, wrong_current as Explain))?;
    let mut update = UserUpdate {
        current_password,
        code: code_in(&form.otp),
        ..UserUpdate::default()
    };
    let new = |error: FieldError, explain: Explain| (error, explain);
    match subject {
        Subject::Name => {
            let name = UserName::parse(&form.new).map_err(FieldError::from);
            update.name = Some(name.map_err(|error| new(error, wrong_name))?);
        }
        Subject::Email => {
            let email = EmailAddress::parse(&form.new).map_err(FieldError::from);
            update.email = Some(email.map_err(|error| new(error, wrong_email))?);
        }
        Subject::Password => {
            let password = new_password(&form.new, rules);
            update.password = Some(password.map_err(|error| new(error, wrong_password))?);
        }
    }
    Ok(update)
}

fn wrong_current(language: Language, _: PasswordRules) -> Problems {
    Problems::current(MeTexts::of(language).wrong_password)
}

fn wrong_name(language: Language, _: PasswordRules) -> Problems {
    Problems::new(Texts::of(language).name_refused)
}

fn wrong_email(language: Language, _: PasswordRules) -> Problems {
    Problems::new(Texts::of(language).email_refused)
}

fn wrong_password(language: Language, rules: PasswordRules) -> Problems {
    Problems::new(&Texts::of(language).password_refused(&rules))
}

impl Problems {
    fn new(text: &str) -> Self {
        Self {
            new: Some(text.to_owned()),
            ..Self::default()
        }
    }

    fn current(text: &str) -> Self {
        Self {
            current_password: Some(text.to_owned()),
            ..Self::default()
        }
    }

    fn code(text: &str) -> Self {
        Self {
            code: Some(text.to_owned()),
            ..Self::default()
        }
    }
}

/// What a refused change leads to.
enum Refusal {
    Form(Problems),
    LoggedOut,
    TryLater,
}

fn refusal(language: Language, error: &UpdateUserError) -> Refusal {
    let (texts, me) = (Texts::of(language), MeTexts::of(language));
    match error {
        UpdateUserError::CurrentPassword(error) => match refused_password(me, error) {
            Some(problem) => Refusal::Form(Problems::current(problem)),
            None => Refusal::TryLater,
        },
        UpdateUserError::SecondFactor(error) => match error {
            SecondFactorError::Missing | SecondFactorError::Wrong => {
                Refusal::Form(Problems::code(me.code_needed))
            }
            SecondFactorError::RateLimited(_) => {
                Refusal::Form(Problems::code(me.too_many_attempts))
            }
            SecondFactorError::Store(_) => Refusal::TryLater,
        },
        UpdateUserError::NameTaken => Refusal::Form(Problems::new(texts.name_taken)),
        UpdateUserError::EmailTaken => Refusal::Form(Problems::new(texts.email_taken)),
        UpdateUserError::PasswordGuessable(_) => {
            Refusal::Form(Problems::new(texts.password_guessable))
        }
        UpdateUserError::RateLimited(_) => Refusal::Form(Problems::current(me.too_many_attempts)),
        UpdateUserError::SessionRevoked => Refusal::LoggedOut,
        UpdateUserError::Hash(_) | UpdateUserError::Store(_) => Refusal::TryLater,
    }
}

fn change_page(
    subject: Subject,
    language: Language,
    new: &str,
    problems: Problems,
) -> FormPage<'_> {
    let me = MeTexts::of(language);
    let (title, text, label, action, kind) = match subject {
        Subject::Name => (
            me.name_title,
            me.name_text,
            me.new_name_label,
            "/me/name",
            FieldKind::Name,
        ),
        Subject::Email => (
            me.email_title,
            me.email_text,
            me.new_email_label,
            "/me/email",
            FieldKind::Email,
        ),
        Subject::Password => (
            me.password_title,
            me.password_text,
            me.new_password_label,
            "/me/password",
            FieldKind::NewPassword,
        ),
    };
    let mut fields = vec![
        Field {
            problem: problems.current_password,
            ..Field::new(
                "current_password",
                me.current_password_label,
                FieldKind::Password,
            )
        },
        Field {
            value: new,
            problem: problems.new,
            ..Field::new("new", label, kind)
        },
    ];
    // Users without a second factor do not see the field.
    if problems.code.is_some() {
        fields.push(Field {
            problem: problems.code,
            ..Field::new("otp", me.code_label, FieldKind::Code)
        });
    }
    FormPage {
        texts: Texts::of(language),
        title,
        text,
        done: None,
        action,
        fields,
        button: title,
        links: &me.back_link,
    }
}

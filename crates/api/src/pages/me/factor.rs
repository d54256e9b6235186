//! `/me/factor`: setting a second factor up, and removing it.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use azuma_domain::factor::{FactorSecret, RecoveryCode};
use azuma_domain::mail::Language;
use azuma_domain::services::{FactorError, FactorStatus, SecondFactorError};
use serde::Deserialize;

use super::caller::Caller;
use super::form::{Field, FieldKind, FormPage, code_in};
use super::qr::QrPicture;
use super::texts::MeTexts;
use super::{Done, MeSettings, home, home_after, refused_password, see_other};
use crate::http::body::Body;
use crate::http::fields::current_password;
use crate::http::origin::{Origin, language};
use crate::pages::notice::{form_unreadable, try_later};
use crate::pages::page;
use crate::pages::texts::Texts;

const PATH: &str = "/me/factor";

/// The body of each form.
#[derive(Deserialize)]
pub struct FactorForm {
    #[serde(default)]
    current_password: String,
    #[serde(default)]
    otp: String,
}

#[derive(Template)]
#[template(path = "me_factor.html")]
struct SetUpPage<'a> {
    texts: &'a Texts,
    me: &'a MeTexts,
    picture: Option<QrPicture>,
    secret: &'a str,
}

#[derive(Template)]
#[template(path = "me_recovery_codes.html")]
struct RecoveryCodesPage<'a> {
    texts: &'a Texts,
    me: &'a MeTexts,
    codes: Vec<&'a str>,
}

/// `GET /me/factor`
pub async fn ask(
    settings: web::Data<MeSettings>,
    caller: Caller,
    request: HttpRequest,
) -> HttpResponse {
    let language = language(&request);
    match settings.accounts.factor_status(&caller).await {
        Ok(FactorStatus::Off) => begin_page(language, None).shown(),
        Ok(FactorStatus::On { recovery_codes }) => {
            let text = MeTexts::of(language).factor_on(recovery_codes);
            remove_page(language, &text, None).shown()
        }
        Err(error) => try_later(Texts::of(language), error),
    }
}

/// `POST /me/factor` begins a set-up, and shows the secret.
pub async fn begin(
    settings: web::Data<MeSettings>,
    caller: Caller,
    origin: Origin,
    body: Body,
) -> HttpResponse {
    let (texts, me) = (Texts::of(origin.language), MeTexts::of(origin.language));
    let form: FactorForm = match body.form().await {
        Ok(form) => form,
        Err(error) => return form_unreadable(texts, error),
    };
    let again = |problem| begin_page(origin.language, Some(problem));
    let password = match current_password(Some(form.current_password)) {
        Ok(password) => password,
        Err(error) => return again(me.wrong_password).refused(error),
    };
    let name = match caller.user.profile() {
        Ok(user) => user.name.as_str(),
        Err(error) => return try_later(texts, error),
    };
    let accounts = &settings.accounts;
    match accounts
        .begin_factor(&caller, password, &origin.source)
        .await
    {
        Ok(secret) => set_up_page(&settings, origin.language, &secret, name),
        Err(FactorError::CurrentPassword(error)) => match refused_password(me, &error) {
            Some(problem) => again(problem).refused(error),
            None => try_later(texts, error),
        },
        Err(error) => elsewhere(texts, error),
    }
}

/// `POST /me/factor/confirm` enables the factor, and shows its recovery codes once.
pub async fn confirm(
    settings: web::Data<MeSettings>,
    caller: Caller,
    origin: Origin,
    body: Body,
) -> HttpResponse {
    let (texts, me) = (Texts::of(origin.language), MeTexts::of(origin.language));
    let form: FactorForm = match body.form().await {
        Ok(form) => form,
        Err(error) => return form_unreadable(texts, error),
    };
    let confirmed = settings
        .accounts
        .confirm_factor(&caller, code_in(&form.otp), &origin.source);
    match confirmed.await {
        Ok(codes) => page(&RecoveryCodesPage {
            texts,
            me,
            codes: codes.iter().map(RecoveryCode::expose).collect(),
        }),
        Err(error) => match code_problem(me, &error) {
            Some(problem) => confirm_page(origin.language, problem).refused(error),
            None => elsewhere(texts, error),
        },
    }
}

/// `POST /me/factor/remove`
pub async fn remove(
    settings: web::Data<MeSettings>,
    caller: Caller,
    origin: Origin,
    body: Body,
) -> HttpResponse {
    let (texts, me) = (Texts::of(origin.language), MeTexts::of(origin.language));
    let form: FactorForm = match body.form().await {
        Ok(form) => form,
        Err(error) => return form_unreadable(texts, error),
    };
    let removed = settings
        .accounts
        .remove_factor(&caller, code_in(&form.otp), &origin.source);
    match removed.await {
        Ok(()) => home_after(Done::FactorRemoved),
        Err(error) => match code_problem(me, &error) {
            Some(problem) => remove_page(origin.language, "", Some(problem)).refused(error),
            None => elsewhere(texts, error),
        },
    }
}

/// What to say of the field for the code; `None` if it is not a matter of the code.
fn code_problem(me: &MeTexts, error: &FactorError) -> Option<&'static str> {
    match error {
        FactorError::SecondFactor(SecondFactorError::Missing | SecondFactorError::Wrong) => {
            Some(me.factor_wrong_code)
        }
        FactorError::SecondFactor(SecondFactorError::RateLimited(_)) => Some(me.too_many_attempts),
        FactorError::SecondFactor(SecondFactorError::Store(_))
        | FactorError::CurrentPassword(_)
        | FactorError::Enabled
        | FactorError::Unknown
        | FactorError::SessionRevoked
        | FactorError::Store(_) => None,
    }
}

/// Where an error leads that no field can mend.
fn elsewhere(texts: &Texts, error: FactorError) -> HttpResponse {
    match error {
        FactorError::Enabled | FactorError::Unknown => see_other(PATH.to_owned()),
        FactorError::SessionRevoked => home(),
        FactorError::CurrentPassword(_) | FactorError::SecondFactor(_) | FactorError::Store(_) => {
            try_later(texts, error)
        }
    }
}

fn set_up_page(
    settings: &MeSettings,
    language: Language,
    secret: &FactorSecret,
    name: &str,
) -> HttpResponse {
    page(&SetUpPage {
        texts: Texts::of(language),
        me: MeTexts::of(language),
        picture: QrPicture::of(&secret.otpauth_url(&settings.instance_name, name)),
        secret: &secret.to_base32(),
    })
}

fn begin_page(language: Language, problem: Option<&str>) -> FormPage<'static> {
    let me = MeTexts::of(language);
    let password = Field {
        problem: problem.map(str::to_owned),
        ..Field::new(
            "current_password",
            me.current_password_label,
            FieldKind::Password,
        )
    };
    form_page(
        language,
        me.factor_off_text,
        PATH,
        password,
        me.factor_begin_button,
    )
}

fn confirm_page(language: Language, problem: &str) -> FormPage<'static> {
    let me = MeTexts::of(language);
    let code = code_field(me, Some(problem));
    form_page(
        language,
        "",
        "/me/factor/confirm",
        code,
        me.factor_confirm_button,
    )
}

fn remove_page<'a>(language: Language, text: &'a str, problem: Option<&str>) -> FormPage<'a> {
    let me = MeTexts::of(language);
    let code = code_field(me, problem);
    form_page(
        language,
        text,
        "/me/factor/remove",
        code,
        me.factor_remove_button,
    )
}

fn code_field(me: &'static MeTexts, problem: Option<&str>) -> Field<'static> {
    Field {
        problem: problem.map(str::to_owned),
        ..Field::new("otp", me.code_label, FieldKind::Code)
    }
}

fn form_page<'a>(
    language: Language,
    text: &'a str,
    action: &'a str,
    field: Field<'a>,
    button: &'a str,
) -> FormPage<'a> {
    let me = MeTexts::of(language);
    FormPage {
        texts: Texts::of(language),
        title: me.factor_title,
        text,
        done: None,
        action,
        fields: vec![field],
        button,
        links: &me.back_link,
    }
}

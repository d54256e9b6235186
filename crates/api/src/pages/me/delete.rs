//! `/me/delete`: deleting one's account.

use actix_web::{HttpRequest, HttpResponse, web};
use azuma_domain::mail::Language;
use azuma_domain::services::DeleteUserError;
use serde::Deserialize;

use super::caller::Caller;
use super::form::{Field, FieldKind, FormPage};
use super::texts::MeTexts;
use super::{Done, MeSettings, cookie, home, home_after, refused_password};
use crate::http::body::Body;
use crate::http::fields::current_password;
use crate::http::origin::{Origin, language};
use crate::pages::notice::{form_unreadable, try_later};
use crate::pages::texts::Texts;

/// The body of the form.
#[derive(Deserialize)]
pub struct DeleteForm {
    #[serde(default)]
    current_password: String,
}

/// `GET /me/delete`
pub async fn ask(_: Caller, request: HttpRequest) -> HttpResponse {
    delete_page(language(&request), None).shown()
}

/// `POST /me/delete`
pub async fn delete(
    settings: web::Data<MeSettings>,
    caller: Caller,
    origin: Origin,
    body: Body,
) -> HttpResponse {
    let Origin {
        source, language, ..
    } = origin;
    let (texts, me) = (Texts::of(language), MeTexts::of(language));
    let form: DeleteForm = match body.form().await {
        Ok(form) => form,
        Err(error) => return form_unreadable(texts, error),
    };
    let password = match current_password(Some(form.current_password)) {
        Ok(password) => password,
        Err(error) => return delete_page(language, Some(me.wrong_password)).refused(error),
    };
    match settings
        .accounts
        .delete_user(&caller, password, &source)
        .await
    {
        Ok(()) => {
            let mut response = home_after(Done::Deleted);
            cookie::forget(settings.cookie_transport, response.headers_mut());
            response
        }
        Err(DeleteUserError::SessionRevoked) => home(),
        Err(DeleteUserError::CurrentPassword(error)) => match refused_password(me, &error) {
            Some(problem) => delete_page(language, Some(problem)).refused(error),
            None => try_later(texts, error),
        },
        Err(error @ DeleteUserError::Store(_)) => try_later(texts, error),
    }
}

fn delete_page(language: Language, problem: Option<&str>) -> FormPage<'static> {
    let me = MeTexts::of(language);
    FormPage {
        texts: Texts::of(language),
        title: me.delete_title,
        text: me.delete_text,
        done: None,
        action: "/me/delete",
        fields: vec![Field {
            problem: problem.map(str::to_owned),
            ..Field::new(
                "current_password",
                me.current_password_label,
                FieldKind::Password,
            )
        }],
        button: me.delete_button,
        links: &me.back_link,
    }
}

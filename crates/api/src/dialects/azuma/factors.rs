use actix_web::{HttpResponse, web};
use azuma_domain::factor::RecoveryCode;
use azuma_domain::services::{Accounts, FactorStatus};

use super::dto::{CodeRequest, FactorRequest, FactorResponse, FactorSetUp, RecoveryCodes};
use super::{AzumaSettings, Caller, HttpResult};
use crate::http::body::Body;
use crate::http::fields::{current_password_if_asked, given_code};
use crate::http::origin::Origin;

/// Tells whether logins need a code of an authenticator app.
#[utoipa::path(
    get,
    path = "/user/factors/totp",
    operation_id = "show_factor",
    responses((status = 200, description = "The second factor", body = FactorResponse)),
    security(("bearer" = [])),
)]
pub async fn show(accounts: web::Data<Accounts>, caller: Caller) -> HttpResult {
    let (enabled, recovery_codes) = match accounts.factor_status(&caller).await? {
        FactorStatus::Off => (false, 0),
        FactorStatus::On { recovery_codes } => (true, recovery_codes),
    };
    Ok(HttpResponse::Ok().json(FactorResponse {
        enabled,
        recovery_codes,
    }))
}

/// Begins to set up an authenticator app. Logins need no code yet.
#[utoipa::path(
    post,
    path = "/user/factors/totp",
    operation_id = "begin_factor",
    request_body = Option<FactorRequest>,
    responses((status = 201, description = "What the app is told", body = FactorSetUp), (status = 403), (status = 409), (status = 429), (status = 503)),
    security(("bearer" = [])),
)]
pub async fn begin(
    accounts: web::Data<Accounts>,
    settings: web::Data<AzumaSettings>,
    caller: Caller,
    origin: Origin,
    body: Body,
) -> HttpResult {
    let body: FactorRequest = body.json_if_any().await?;
    let password = current_password_if_asked(body.current_password, accounts.current_password)?;
    let account = caller.user.profile()?.name.as_str();
    let secret = accounts
        .begin_factor(&caller, password, &origin.source)
        .await?;
    Ok(HttpResponse::Created().json(FactorSetUp {
        secret: &secret.to_base32(),
        url: &secret.otpauth_url(&settings.instance_name, account),
    }))
}

/// Enables the second factor by a first code.
#[utoipa::path(
    post,
    path = "/user/factors/totp/confirm",
    operation_id = "confirm_factor",
    params(("azuma-otp" = Option<String>, Header, nullable = false, description = "A code of the second factor")),
    request_body = Option<CodeRequest>,
    responses((status = 200, description = "Ten recovery codes, shown this once", body = RecoveryCodes), (status = 403), (status = 404), (status = 409), (status = 429)),
    security(("bearer" = [])),
)]
pub async fn confirm(
    accounts: web::Data<Accounts>,
    caller: Caller,
    origin: Origin,
    body: Body,
) -> HttpResult {
    let body: CodeRequest = body.json_if_any().await?;
    let code = given_code(body.otp.as_deref(), origin.code);
    let codes = accounts
        .confirm_factor(&caller, code, &origin.source)
        .await?;
    Ok(HttpResponse::Ok().json(RecoveryCodes {
        recovery_codes: codes.iter().map(RecoveryCode::expose).collect(),
    }))
}

/// Removes the second factor.
#[utoipa::path(
    delete,
    path = "/user/factors/totp",
    operation_id = "remove_factor",
    params(("azuma-otp" = Option<String>, Header, nullable = false, description = "A code of the second factor")),
    request_body = Option<CodeRequest>,
    responses((status = 204, description = "Logins need no code any more"), (status = 403), (status = 404), (status = 429)),
    security(("bearer" = [])),
)]
pub async fn remove(
    accounts: web::Data<Accounts>,
    caller: Caller,
    origin: Origin,
    body: Body,
) -> HttpResult {
    let body: CodeRequest = body.json_if_any().await?;
    let code = given_code(body.otp.as_deref(), origin.code);
    accounts
        .remove_factor(&caller, code, &origin.source)
        .await?;
    Ok(HttpResponse::NoContent().finish())
}

//! The body of a request that has no other field than the current password.

use azuma_domain::user::{CurrentPasswordRule, GivenPassword};
use serde::Deserialize;
use utoipa::ToSchema;

use super::api_error::ApiError;
use super::body::Body;
use super::fields::current_password;

/// The current password, where `passwords.require_current` asks for it.
#[derive(Default, Deserialize, ToSchema)]
pub struct CurrentPassword {
    current_password: Option<String>,
}

/// The current password, if the body has one. The body is read only if the rule asks for the password: the seeds'
/// requests have no body.
pub async fn read_current_password<D>(
    body: Body,
    rule: CurrentPasswordRule,
) -> Result<Option<GivenPassword>, ApiError<D>> {
    match rule {
        CurrentPasswordRule::NotAsked => Ok(None),
        CurrentPasswordRule::Required => {
            let body: CurrentPassword = body.json_if_any().await?;
            Ok(current_password(body.current_password)?)
        }
    }
}

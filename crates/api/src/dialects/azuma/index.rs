use actix_web::{HttpResponse, web};

use super::AzumaSettings;
use super::dto::Index;

/// Names the instance and the software.
#[utoipa::path(
    get,
    path = "/",
    tag = "instance",
    operation_id = "show_instance",
    responses((status = 200, description = "The instance", body = Index)),
)]
pub async fn show(settings: web::Data<AzumaSettings>) -> HttpResponse {
    HttpResponse::Ok().json(Index {
        name: &settings.instance_name,
        version: env!("CARGO_PKG_VERSION"),
        authors: env!("CARGO_PKG_AUTHORS").split(':').collect(),
        license: env!("CARGO_PKG_LICENSE"),
    })
}

use actix_web::{HttpResponse, web};

use super::AzumaSettings;
use super::dto::Index;

/// `GET /`
pub async fn show(settings: web::Data<AzumaSettings>) -> HttpResponse {
    HttpResponse::Ok().json(Index {
        name: &settings.instance_name,
        version: env!("CARGO_PKG_VERSION"),
        authors: env!("CARGO_PKG_AUTHORS").split(':').collect(),
        license: env!("CARGO_PKG_LICENSE"),
    })
}

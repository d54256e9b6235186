//! The limit: a bare actix-web handler that answers as many bytes of JSON as Azuma's `GET /user/self`, and does not
//! look who the caller is. `azuma-limit ADDRESS`.

use actix_web::{App, HttpResponse, HttpServer, web};
use serde::Serialize;
use uuid::Uuid;

/// A user as Azuma answers it.
#[derive(Serialize)]
struct OwnUser {
    id: Uuid,
    name: &'static str,
    email: Option<&'static str>,
    email_verified: bool,
    icon: Option<&'static str>,
    status: Option<&'static str>,
    created_at: &'static str,
}

/// As long as the users in the bench's databases; the bench compares the lengths.
static USER: OwnUser = OwnUser {
    id: Uuid::from_u128(0x5654_2edc_c861_4438_ab38_eeb6_4a2b_d2e0),
    name: "user-00000042",
    email: Some("user-00000042@example.org"),
    email_verified: false,
    icon: None,
    status: None,
    created_at: "2021-03-28T14:39:40.063095Z",
};

async fn own_user() -> HttpResponse {
    HttpResponse::Ok().json(&USER)
}

fn main() -> std::io::Result<()> {
    let address = std::env::args().nth(1).unwrap_or_default();
    actix_web::rt::System::new().block_on(async {
        HttpServer::new(|| App::new().route("/user/self", web::get().to(own_user)))
            .workers(1)
            .bind(&address)?
            .run()
            .await
    })
}

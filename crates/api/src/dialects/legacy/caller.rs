//! Who asks, and handing back the session's next token when it is due (seed 002, "Token Refresh").

use std::future::Future;
use std::ops::Deref;
use std::pin::Pin;

use actix_web::body::MessageBody;
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::{Error, FromRequest, HttpMessage, HttpRequest, web};
use azuma_domain::services::{NextToken, Services};
use azuma_domain::session::LiveSession;

use super::carrier::{Carried, Carrier, carried};
use super::{CookieTransport, Legacy, Settings};
use crate::http::bearer::CarrierError;
use crate::http::refusal::Refusal;

/// The session that asks. Where its next token is due, the answer will carry it.
pub struct Caller(LiveSession);

impl Deref for Caller {
    type Target = LiveSession;

    fn deref(&self) -> &LiveSession {
        &self.0
    }
}

/// A next token on its way back.
struct Renewal {
    next: NextToken,
    carrier: Carrier,
}

impl FromRequest for Caller {
    type Error = Refusal<Legacy>;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Refusal<Legacy>>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let Carried {
                first,
                others,
                carrier,
            } = carried(request.headers())?;
            let services = request.app_data::<web::Data<Services>>();
            let services = services.ok_or(CarrierError::NoServices)?;
            let session = services.authenticate_one_of(&first, &others).await?;
            if let Some(next) = services.renew_session(&session).await? {
                request.extensions_mut().insert(Renewal { next, carrier });
            }
            Ok(Self(session))
        })
    }
}

/// Puts the next token, where one is due, on whatever the request is answered with.
pub async fn carry_next_token(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let mut response = next.call(request).await?;
    let renewal = response.request().extensions_mut().remove::<Renewal>();
    if let Some(Renewal { next, carrier }) = renewal {
        let settings = response.request().app_data::<web::Data<Settings>>();
        let transport = settings.map_or(CookieTransport::HttpsOnly, |settings| {
            settings.cookie_transport
        });
        carrier.put(&next, transport, response.headers_mut());
    }
    Ok(response)
}

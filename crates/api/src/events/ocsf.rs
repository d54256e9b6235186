//! Events as objects of the Open Cybersecurity Schema Framework (<https://schema.ocsf.io>).

#[cfg(test)]
mod tests;

use azuma_domain::audit::{Actor, AuditAction, Outcome, RecordedEvent};
use azuma_domain::session::UserAgent;
use serde::Serialize;
use uuid::Uuid;

/// The version of the schema.
const SCHEMA: &str = "1.3.0";
/// Who makes the product, and how it is called.
const PRODUCT: &str = "Azuma";
/// The category of all these classes.
const IDENTITY_AND_ACCESS: u32 = 3;

/// A class of events.
#[derive(Clone, Copy)]
struct Class {
    uid: u32,
    name: &'static str,
}

const ACCOUNT_CHANGE: Class = Class {
    uid: 3001,
    name: "Account Change",
};
const AUTHENTICATION: Class = Class {
    uid: 3002,
    name: "Authentication",
};
const ENTITY_MANAGEMENT: Class = Class {
    uid: 3004,
    name: "Entity Management",
};

/// What a class calls an action.
struct Activity {
    class: Class,
    id: u32,
    name: &'static str,
}

fn activity(action: AuditAction) -> Activity {
    let (class, id, name) = match action {
        AuditAction::Register => (ACCOUNT_CHANGE, 1, "Create"),
        AuditAction::VerifyAccount | AuditAction::EnableAccount => (ACCOUNT_CHANGE, 2, "Enable"),
        AuditAction::Login => (AUTHENTICATION, 1, "Logon"),
        AuditAction::Logout
        | AuditAction::RevokeSession
        | AuditAction::RevokeOtherSessions
        | AuditAction::RevokeAllSessions
        | AuditAction::RevokeSurplusSessions => (AUTHENTICATION, 2, "Logoff"),
        AuditAction::ChangePassword => (ACCOUNT_CHANGE, 3, "Password Change"),
        AuditAction::ResetPassword => (ACCOUNT_CHANGE, 4, "Password Reset"),
        AuditAction::DisableAccount => (ACCOUNT_CHANGE, 5, "Disable"),
        AuditAction::DeleteAccount => (ACCOUNT_CHANGE, 6, "Delete"),
        AuditAction::EnableSecondFactor => (ACCOUNT_CHANGE, 10, "MFA Factor Enable"),
        AuditAction::RemoveSecondFactor => (ACCOUNT_CHANGE, 11, "MFA Factor Disable"),
        AuditAction::ChangeName
        | AuditAction::RequestRecovery
        | AuditAction::RequestEmailChange
        | AuditAction::ChangeEmail
        | AuditAction::CancelEmailChange => (ACCOUNT_CHANGE, 99, action.name()),
        AuditAction::Confirm | AuditAction::ReissueTokens => (AUTHENTICATION, 99, action.name()),
        AuditAction::CreateInvite | AuditAction::CreateService => (ENTITY_MANAGEMENT, 1, "Create"),
        AuditAction::ImportUsers => (ACCOUNT_CHANGE, 99, action.name()),
        AuditAction::RotateService => (ENTITY_MANAGEMENT, 3, "Update"),
        AuditAction::RevokeInvite | AuditAction::RevokeService => (ENTITY_MANAGEMENT, 4, "Delete"),
    };
    Activity { class, id, name }
}

/// An event.
#[derive(Serialize)]
pub struct OcsfEvent<'a> {
    category_uid: u32,
    category_name: &'static str,
    class_uid: u32,
    class_name: &'static str,
    activity_id: u32,
    activity_name: &'static str,
    type_uid: u32,
    severity_id: u32,
    status_id: u32,
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    status_detail: Option<&'static str>,
    /// In milliseconds since 1970.
    time: i64,
    metadata: Metadata,
    actor: ActorObject,
    #[serde(skip_serializing_if = "Option::is_none")]
    user: Option<User>,
    #[serde(skip_serializing_if = "Option::is_none")]
    session: Option<Uid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    service: Option<Named>,
    #[serde(skip_serializing_if = "Option::is_none")]
    entity: Option<Entity>,
    #[serde(skip_serializing_if = "Option::is_none")]
    src_endpoint: Option<Endpoint>,
    #[serde(skip_serializing_if = "Option::is_none")]
    http_request: Option<Request<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unmapped: Option<Unmapped>,
}

#[derive(Serialize)]
struct Metadata {
    version: &'static str,
    product: Product,
    uid: Uuid,
    event_code: &'static str,
}

#[derive(Serialize)]
struct Product {
    name: &'static str,
    vendor_name: &'static str,
    version: &'static str,
}

#[derive(Serialize)]
struct ActorObject {
    user: User,
    #[serde(skip_serializing_if = "Option::is_none")]
    session: Option<Uid>,
}

#[derive(Serialize)]
struct User {
    #[serde(skip_serializing_if = "Option::is_none")]
    uid: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'static str>,
    type_id: u32,
    /// What a type of 99, "Other", is.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    kind: Option<&'static str>,
}

#[derive(Serialize)]
struct Uid {
    uid: Uuid,
}

#[derive(Serialize)]
struct Named {
    name: &'static str,
}

#[derive(Serialize)]
struct Entity {
    #[serde(rename = "type")]
    kind: &'static str,
    uid: Option<Uuid>,
}

#[derive(Serialize)]
struct Endpoint {
    ip: String,
}

#[derive(Serialize)]
struct Request<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    uid: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_agent: Option<&'a str>,
}

#[derive(Serialize)]
struct Unmapped {
    invite_id: Uuid,
}

/// The user that an event is about. One without a user is about all of them.
fn target(uid: Option<Uuid>) -> User {
    match uid {
        Some(_) => User {
            uid,
            name: None,
            type_id: 1,
            kind: None,
        },
        None => User {
            uid: None,
            name: Some("*"),
            type_id: 99,
            kind: Some("All users"),
        },
    }
}

fn actor(actor: Actor, uid: Option<Uuid>) -> User {
    let named = |type_id| User {
        uid: None,
        name: Some(actor.name()),
        type_id,
        kind: None,
    };
    match actor {
        Actor::User => target(uid),
        Actor::Client => named(0),
        Actor::Operator => named(2),
        Actor::System => named(3),
    }
}

impl<'a> From<&'a RecordedEvent> for OcsfEvent<'a> {
    fn from(recorded: &'a RecordedEvent) -> Self {
        let RecordedEvent { id, event } = recorded;
        let Activity {
            class,
            id: activity_id,
            name: activity_name,
        } = activity(event.action);
        let (severity_id, status_id, status, status_detail) = match event.outcome {
            Outcome::Success => (1, 1, "Success", None),
            Outcome::Refused(reason) => (2, 2, "Failure", Some(reason.name())),
        };
        let user_id = event.user_id.map(|id| id.uuid());
        let invite_id = event.invite_id.map(|id| id.uuid());
        let service_id = event.service_id.map(|id| id.uuid());
        let session = || event.session_id.map(|id| Uid { uid: id.uuid() });
        let is_authentication = class.uid == AUTHENTICATION.uid;
        let is_of_entity = class.uid == ENTITY_MANAGEMENT.uid;
        let client = &event.source.client;
        let request = Request {
            uid: event.source.request_id.map(|id| id.to_string()),
            user_agent: client.user_agent.as_ref().map(UserAgent::as_str),
        };
        Self {
            category_uid: IDENTITY_AND_ACCESS,
            category_name: "Identity & Access Management",
            class_uid: class.uid,
            class_name: class.name,
            activity_id,
            activity_name,
            type_uid: class.uid * 100 + activity_id,
            severity_id,
            status_id,
            status,
            status_detail,
            time: event.at.micros() / 1_000,
            metadata: Metadata {
                version: SCHEMA,
                product: Product {
                    name: PRODUCT,
                    vendor_name: PRODUCT,
                    version: env!("CARGO_PKG_VERSION"),
                },
                uid: id.uuid(),
                event_code: event.action.name(),
            },
            actor: ActorObject {
                user: actor(event.actor, user_id),
                session: session().filter(|_| !is_authentication),
            },
            user: (!is_of_entity).then(|| target(user_id)),
            session: session().filter(|_| is_authentication),
            service: is_authentication.then_some(Named { name: PRODUCT }),
            entity: is_of_entity.then_some(match service_id {
                Some(_) => Entity {
                    kind: "Service",
                    uid: service_id,
                },
                None => Entity {
                    kind: "Invitation",
                    uid: invite_id,
                },
            }),
            src_endpoint: client.ip.map(|ip| Endpoint { ip: ip.to_string() }),
            http_request: Some(request)
                .filter(|request| request.uid.is_some() || request.user_agent.is_some()),
            unmapped: invite_id
                .filter(|_| !is_of_entity)
                .map(|invite_id| Unmapped { invite_id }),
        }
    }
}

use azuma_domain::Timestamp;
use azuma_domain::audit::{AuditEvent, AuditEventId, RefusalReason, RequestId, Source};
use azuma_domain::session::{Client, SessionId};
use azuma_domain::user::UserId;
use serde_json::{Value, json};

use super::*;

const SEVEN: Uuid = Uuid::from_u128(7);

fn shown(event: AuditEvent) -> Value {
    let id = AuditEventId::new(Uuid::from_u128(1));
    serde_json::to_value(OcsfEvent::from(&RecordedEvent { id, event })).expect("JSON")
}

fn at() -> Timestamp {
    Timestamp::from_micros(1_616_942_380_063_095)
}

#[test]
fn a_refused_login_is_a_failed_authentication() {
    let source = Source {
        client: Client {
            ip: Some("203.0.113.7".parse().expect("an address")),
            user_agent: UserAgent::parse("curl/8.5.0"),
        },
        request_id: Some(RequestId::new(7)),
    };
    let event = AuditEvent::by_client(UserId::new(SEVEN), AuditAction::Login, &source, at());
    let mut shown = shown(event.refused(RefusalReason::WrongPassword));
    let metadata = shown["metadata"].take();
    assert_eq!(metadata["event_code"], "login");
    assert_eq!(metadata["uid"], Uuid::from_u128(1).to_string());
    assert_eq!(
        shown,
        json!({
            "category_uid": 3,
            "category_name": "Identity & Access Management",
            "class_uid": 3002,
            "class_name": "Authentication",
            "activity_id": 1,
            "activity_name": "Logon",
            "type_uid": 300_201,
            "severity_id": 2,
            "status_id": 2,
            "status": "Failure",
            "status_detail": "wrong_password",
            "time": 1_616_942_380_063_i64,
            "metadata": null,
            "actor": {"user": {"name": "client", "type_id": 0}},
            "user": {"uid": SEVEN, "type_id": 1},
            "service": {"name": "Azuma"},
            "src_endpoint": {"ip": "203.0.113.7"},
            "http_request": {"uid": "0000000000000007", "user_agent": "curl/8.5.0"},
        })
    );
}

#[test]
fn a_change_has_its_session_with_its_actor_and_an_invitation_is_an_entity() {
    let source = Source::default();
    let action = AuditAction::ChangePassword;
    let event = AuditEvent::by_user(UserId::new(SEVEN), action, &source, at());
    let changed = shown(event.of_session(SessionId::new(SEVEN)));
    assert_eq!(changed["type_uid"], 300_103);
    assert_eq!(changed["actor"]["session"]["uid"], SEVEN.to_string());
    assert_eq!(changed["session"], Value::Null);
    let event = AuditEvent::by_operator(None, AuditAction::RevokeInvite, at());
    let invite = azuma_domain::invite::InviteId::new(SEVEN);
    let revoked = shown(event.of_invite(Some(invite)));
    assert_eq!(revoked["type_uid"], 300_404);
    let entity = json!({"type": "Invitation", "uid": SEVEN});
    assert_eq!(
        (&revoked["entity"], &revoked["user"]),
        (&entity, &Value::Null)
    );
}

#[test]
fn the_end_of_all_sessions_is_about_a_user_of_another_type() {
    let all = shown(AuditEvent::by_operator(
        None,
        AuditAction::RevokeAllSessions,
        at(),
    ));
    let expected = json!({"name": "*", "type_id": 99, "type": "All users"});
    assert_eq!(all["user"], expected);
    assert_eq!(
        all["actor"]["user"],
        json!({"name": "operator", "type_id": 2})
    );
}

#[test]
fn every_event_has_what_its_class_requires() {
    for action in AuditAction::ALL {
        let shown = shown(AuditEvent::by_operator(None, *action, at()));
        let required = match shown["class_uid"].as_u64() {
            Some(3001) => &["user"][..],
            Some(3002) => &["user", "service"],
            _ => &["entity"],
        };
        for field in required {
            assert!(shown[field].is_object(), "{field} in {shown}");
        }
    }
}

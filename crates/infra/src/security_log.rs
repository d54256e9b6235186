//! The security log: lines of the server's log with the target `azuma::security`. `docs/security-log.md` explains them.

use azuma_domain::ports::{
    ActionKind, RefusedLogin, SecurityEvent, SecurityEventKind, SecurityLog,
};
use tracing::field::display;

const TARGET: &str = "azuma::security";

/// Writes security events into the server's log.
#[derive(Clone, Copy, Debug, Default)]
pub struct SecurityLogLines;

/// The fixed texts of a line. A client cannot put any text into a line; an operator can, as the reason for which an account is
/// disabled, and as the name of a service.
struct Line {
    event: &'static str,
    message: &'static str,
    /// What was refused or limited, where there are several cases.
    detail: Option<&'static str>,
}

impl SecurityLog for SecurityLogLines {
    fn record(&self, event: SecurityEvent) {
        let SecurityEvent { kind, user_id, ip } = event;
        let (user, ip) = (user_id.map(display), ip.map(display));
        let Line {
            event,
            message,
            detail,
        } = line(&kind);
        match kind {
            SecurityEventKind::AttemptLimited(_) | SecurityEventKind::AuditEventLost => {
                tracing::warn!(target: TARGET, event, detail, user, ip, "{message}");
            }
            SecurityEventKind::ServiceLimited(service) => {
                let service = service.as_str();
                tracing::warn!(target: TARGET, event, detail, service, "{message}");
            }
            SecurityEventKind::LoginRefused(RefusedLogin::Disabled(Some(reason))) => {
                let reason = reason.as_str();
                tracing::info!(target: TARGET, event, detail, user, ip, reason, "{message}");
            }
            _ => tracing::info!(target: TARGET, event, detail, user, ip, "{message}"),
        }
    }
}

fn line(kind: &SecurityEventKind) -> Line {
    let (event, message) = match kind {
        SecurityEventKind::LoginRefused(_) => ("login_refused", "a login was refused"),
        SecurityEventKind::AttemptLimited(_) => ("attempt_blocked", "a client was rate limited"),
        SecurityEventKind::ServiceLimited(_) => ("attempt_blocked", "a service was rate limited"),
        SecurityEventKind::LinkRefused => ("link_refused", "a mailed link did nothing"),
        SecurityEventKind::LinkDisowned => (
            "link_disowned",
            "the recipient of a mailed link did not ask for it",
        ),
        SecurityEventKind::InviteRefused => ("invite_refused", "an invitation admitted nobody"),
        SecurityEventKind::RecoveryRequested => ("recovery_requested", "a recovery was asked for"),
        SecurityEventKind::PasswordReset => ("password_reset", "a mailed link set a new password"),
        SecurityEventKind::AccountVerified => {
            ("account_verified", "a mailed link verified an account")
        }
        SecurityEventKind::PasswordChanged => ("password_changed", "a user set a new password"),
        SecurityEventKind::CurrentPasswordRefused => {
            ("current_password_refused", "the current password was wrong")
        }
        SecurityEventKind::SecondFactorRefused => (
            "second_factor_refused",
            "the code of a second factor was wrong",
        ),
        SecurityEventKind::SecondFactorEnabled => {
            ("second_factor_enabled", "a user enabled a second factor")
        }
        SecurityEventKind::SecondFactorRemoved => {
            ("second_factor_removed", "a user removed a second factor")
        }
        SecurityEventKind::EmailChangeRequested => {
            ("email_change_requested", "a user asked for another address")
        }
        SecurityEventKind::EmailChanged => {
            ("email_changed", "a mailed link confirmed another address")
        }
        SecurityEventKind::SessionsRevoked => {
            ("sessions_revoked", "a user revoked all of its sessions")
        }
        SecurityEventKind::AccountDeleted => ("account_deleted", "a user deleted its account"),
        SecurityEventKind::AuditEventLost => (
            "audit_event_lost",
            "a refused attempt could not be recorded in the audit trail",
        ),
    };
    Line {
        event,
        message,
        detail: detail(kind),
    }
}

fn detail(kind: &SecurityEventKind) -> Option<&'static str> {
    match kind {
        SecurityEventKind::LoginRefused(refused) => Some(match refused {
            RefusedLogin::UserUnknown => "user_unknown",
            RefusedLogin::WrongPassword => "wrong_password",
            RefusedLogin::NotVerified => "not_verified",
            RefusedLogin::Disabled(_) => "disabled",
        }),
        SecurityEventKind::AttemptLimited(attempt) => Some(match attempt {
            ActionKind::Login => "login",
            ActionKind::StrangersLogin => "strangers_login",
            ActionKind::Confirm => "confirm",
            ActionKind::SecondFactor => "second_factor",
            ActionKind::Register => "register",
            ActionKind::FollowLink => "follow_link",
            ActionKind::Recover => "recover",
            ActionKind::Mail => "mail",
            ActionKind::Notice => "notice",
            ActionKind::ChangeCredential => "change_credential",
            ActionKind::RecordEvent => "record_event",
        }),
        SecurityEventKind::ServiceLimited(_) => Some("service_request"),
        _ => None,
    }
}

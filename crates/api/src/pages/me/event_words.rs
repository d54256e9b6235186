//! Events in the words of people.

use azuma_domain::audit::{Actor, AuditAction, RefusalReason};
use azuma_domain::mail::Language;

fn either(language: Language, english: &'static str, german: &'static str) -> &'static str {
    match language {
        Language::English => english,
        Language::German => german,
    }
}

/// What happened.
pub fn action_words(language: Language, action: AuditAction) -> &'static str {
    let (english, german) = match action {
        AuditAction::Register => ("The account was registered", "Das Konto wurde angelegt"),
        AuditAction::VerifyAccount => ("The account was confirmed", "Das Konto wurde bestätigt"),
        AuditAction::Login => ("A login", "Eine Anmeldung"),
        AuditAction::Logout => ("A logout", "Eine Abmeldung"),
        AuditAction::RevokeSession => ("A session was ended", "Eine Sitzung wurde beendet"),
        AuditAction::RevokeOtherSessions => (
            "All other sessions were ended",
            "Alle anderen Sitzungen wurden beendet",
        ),
        AuditAction::RevokeAllSessions => {
            ("All sessions were ended", "Alle Sitzungen wurden beendet")
        }
        AuditAction::ReissueTokens => (
            "Every session was given a new token",
            "Jede Sitzung bekam ein neues Token",
        ),
        AuditAction::RevokeSurplusSessions => (
            "Old sessions were ended, because there were too many",
            "Alte Sitzungen wurden beendet, weil es zu viele waren",
        ),
        AuditAction::ChangePassword => ("The password was changed", "Das Passwort wurde geändert"),
        AuditAction::RequestRecovery => (
            "A link that sets a new password was sent by e-mail",
            "Ein Link, der ein neues Passwort setzt, wurde gemailt",
        ),
        AuditAction::ResetPassword => (
            "A new password was set by e-mail",
            "Ein neues Passwort wurde per E-Mail gesetzt",
        ),
        AuditAction::ChangeName => ("The name was changed", "Der Name wurde geändert"),
        AuditAction::RequestEmailChange => (
            "A change of the e-mail address was asked for",
            "Eine andere E-Mail-Adresse wurde gewünscht",
        ),
        AuditAction::ChangeEmail => (
            "The e-mail address was changed",
            "Die E-Mail-Adresse wurde geändert",
        ),
        AuditAction::CancelEmailChange => (
            "The change of the e-mail address was cancelled",
            "Die Änderung der E-Mail-Adresse wurde abgebrochen",
        ),
        AuditAction::Confirm => ("A change of the account", "Eine Änderung des Kontos"),
        AuditAction::EnableSecondFactor => (
            "The second factor was turned on",
            "Der zweite Faktor wurde eingeschaltet",
        ),
        AuditAction::RemoveSecondFactor => (
            "The second factor was turned off",
            "Der zweite Faktor wurde ausgeschaltet",
        ),
        AuditAction::DisableAccount => ("The account was disabled", "Das Konto wurde gesperrt"),
        AuditAction::EnableAccount => (
            "The account was enabled again",
            "Das Konto wurde wieder freigegeben",
        ),
        AuditAction::DeleteAccount => ("The account was deleted", "Das Konto wurde gelöscht"),
        AuditAction::CreateInvite => ("An invitation was made", "Eine Einladung wurde gemacht"),
        AuditAction::RevokeInvite => (
            "An invitation was revoked",
            "Eine Einladung wurde zurückgezogen",
        ),
        AuditAction::CreateService => ("A service was created", "Ein Dienst wurde angelegt"),
        AuditAction::RotateService => (
            "A service got another token",
            "Ein Dienst bekam ein neues Token",
        ),
        AuditAction::RevokeService => ("A service was revoked", "Ein Dienst wurde entfernt"),
        AuditAction::ImportUsers => ("Users were imported", "Benutzer wurden übernommen"),
    };
    either(language, english, german)
}

/// That it was refused, and why.
pub fn reason_words(language: Language, reason: RefusalReason) -> &'static str {
    let (english, german) = match reason {
        RefusalReason::WrongPassword => ("refused: wrong password", "abgelehnt: falsches Passwort"),
        RefusalReason::NotVerified => (
            "refused: the account is not confirmed",
            "abgelehnt: das Konto ist nicht bestätigt",
        ),
        RefusalReason::Disabled => (
            "refused: the account is disabled",
            "abgelehnt: das Konto ist gesperrt",
        ),
        RefusalReason::SecondFactorMissing => (
            "stopped: the right password without a code",
            "angehalten: das richtige Passwort ohne Code",
        ),
        RefusalReason::SecondFactorWrong => ("refused: wrong code", "abgelehnt: falscher Code"),
    };
    either(language, english, german)
}

/// Who did it, where it was neither the user nor somebody who may be.
pub fn actor_words(language: Language, actor: Actor) -> Option<&'static str> {
    match actor {
        Actor::User | Actor::Client => None,
        Actor::Operator => Some(either(
            language,
            "by whoever runs this server",
            "von dem, der diesen Server betreibt",
        )),
        Actor::System => Some(either(language, "by the server", "vom Server")),
    }
}

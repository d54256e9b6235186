//! The words of the audit trail. They are stored and shown, so a word never changes its meaning.

/// Defines an enum whose variants have names.
macro_rules! named {
    ($(#[$doc:meta])* $name:ident { $($(#[$of_variant:meta])* $variant:ident = $text:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $name {
            $($(#[$of_variant])* $variant,)+
        }

        impl $name {
            /// Every one there is.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The name, which never changes.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $text,)+
                }
            }

            /// The one with this name.
            #[must_use]
            pub fn named(name: &str) -> Option<Self> {
                match name {
                    $($text => Some(Self::$variant),)+
                    _ => None,
                }
            }
        }
    };
}

named! {
    /// What happened. Changes of icon and status are not recorded: clients make them all the time.
    AuditAction {
        /// An account was registered, or created by an operator.
        Register = "register",
        /// A mailed link verified a waiting account.
        VerifyAccount = "verify_account",
        /// A login: a session was begun, or not.
        Login = "login",
        /// A session was ended by itself.
        Logout = "logout",
        /// A session was revoked by another one, or by an operator.
        RevokeSession = "revoke_session",
        /// All sessions but one were revoked.
        RevokeOtherSessions = "revoke_other_sessions",
        /// All sessions were revoked: of the user, or of all users if none is named.
        RevokeAllSessions = "revoke_all_sessions",
        /// Every session was given a next token of the current key by an operator, and its former tokens end soon.
        ReissueTokens = "reissue_tokens",
        /// The sessions used least were revoked, because a login began one more than `sessions.per_user` allows.
        RevokeSurplusSessions = "revoke_surplus_sessions",
        /// The password was changed, which revoked all other sessions, or set by an operator, which revoked all.
        ChangePassword = "change_password",
        /// A link that sets a password was mailed, because somebody asked for it.
        RequestRecovery = "request_recovery",
        /// A mailed link set the password, which revoked all sessions.
        ResetPassword = "reset_password",
        /// The name was changed.
        ChangeName = "change_name",
        /// A link was mailed to another address, which will become the account's.
        RequestEmailChange = "request_email_change",
        /// Such a link was followed, or an operator changed it: the account has another address, or the address is proved.
        ChangeEmail = "change_email",
        /// The recipient of such a link did not ask for it; the account keeps its address.
        CancelEmailChange = "cancel_email_change",
        /// A logged-in user was asked for the password or a code before a change. Only refusals are recorded.
        Confirm = "confirm",
        /// A second factor was enabled.
        EnableSecondFactor = "enable_second_factor",
        /// The second factor was removed.
        RemoveSecondFactor = "remove_second_factor",
        /// The account was disabled.
        DisableAccount = "disable_account",
        /// The account was enabled again.
        EnableAccount = "enable_account",
        /// The account was deleted.
        DeleteAccount = "delete_account",
        /// An invitation was made.
        CreateInvite = "create_invite",
        /// An invitation was revoked.
        RevokeInvite = "revoke_invite",
        /// A service was created.
        CreateService = "create_service",
        /// A service got another token.
        RotateService = "rotate_service",
        /// A service was revoked.
        RevokeService = "revoke_service",
        /// Users of another system were imported.
        ImportUsers = "import_users",
    }
}

named! {
    /// By whom.
    Actor {
        /// The user of the account, who proved it by a password, a session or a link mailed to the account.
        User = "user",
        /// A client that did not prove to be the user.
        Client = "client",
        /// An operator, by a command.
        Operator = "operator",
        /// The server, by a rule.
        System = "system",
    }
}

named! {
    /// Why something was refused.
    RefusalReason {
        /// The password was wrong.
        WrongPassword = "wrong_password",
        /// The password was right, but the account waits for verification.
        NotVerified = "not_verified",
        /// The password was right, but the account is disabled.
        Disabled = "disabled",
        /// The password was right, but the code of the second factor was missing.
        SecondFactorMissing = "second_factor_missing",
        /// The password was right, but the code of the second factor was wrong or used.
        SecondFactorWrong = "second_factor_wrong",
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn each_name_is_found_again_and_is_nobody_elses() {
        for action in AuditAction::ALL {
            assert_eq!(AuditAction::named(action.name()), Some(*action));
        }
        let names: BTreeSet<_> = AuditAction::ALL
            .iter()
            .map(|action| action.name())
            .collect();
        assert_eq!(names.len(), AuditAction::ALL.len());
        assert_eq!(AuditAction::named("logins"), None);
    }
}

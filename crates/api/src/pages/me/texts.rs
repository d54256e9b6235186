use azuma_domain::mail::Language;

use super::Done;

/// The texts of the account page in one language.
pub struct MeTexts {
    pub login_title: &'static str,
    pub login_name_label: &'static str,
    pub password_label: &'static str,
    pub code_label: &'static str,
    pub code_needed: &'static str,
    pub login_button: &'static str,
    pub factor_title: &'static str,
    pub factor_off_text: &'static str,
    pub factor_begin_button: &'static str,
    pub factor_scan_text: &'static str,
    pub factor_picture_label: &'static str,
    pub factor_secret_label: &'static str,
    pub factor_confirm_button: &'static str,
    pub factor_wrong_code: &'static str,
    pub factor_codes_title: &'static str,
    pub factor_codes_text: &'static str,
    pub factor_remove_button: &'static str,
    factor_on: &'static str,
    factor_removed: &'static str,
    pub login_refused: &'static str,
    pub not_verified: &'static str,
    pub disabled: &'static str,
    pub too_many_attempts: &'static str,
    /// Where people go who cannot log in.
    pub login_links: [(&'static str, &'static str); 2],
    pub back_link: [(&'static str, &'static str); 1],
    pub home_title: &'static str,
    pub name_label: &'static str,
    pub email_label: &'static str,
    pub email_proved: &'static str,
    pub email_claimed: &'static str,
    pub since_label: &'static str,
    pub account_unreadable: &'static str,
    pub sessions_title: &'static str,
    pub this_one: &'static str,
    last_used: &'static str,
    pub never_used: &'static str,
    pub end_button: &'static str,
    pub end_others_button: &'static str,
    pub events_title: &'static str,
    pub events_text: &'static str,
    pub events_older: &'static str,
    pub data_title: &'static str,
    pub export_link: &'static str,
    pub log_out_button: &'static str,
    pub current_password_label: &'static str,
    pub wrong_password: &'static str,
    pub name_title: &'static str,
    pub name_text: &'static str,
    pub new_name_label: &'static str,
    pub email_title: &'static str,
    pub email_text: &'static str,
    pub new_email_label: &'static str,
    pub password_title: &'static str,
    pub password_text: &'static str,
    pub new_password_label: &'static str,
    pub delete_title: &'static str,
    pub delete_text: &'static str,
    pub delete_button: &'static str,
    name_changed: &'static str,
    email_requested: &'static str,
    password_changed: &'static str,
    session_ended: &'static str,
    others_ended: &'static str,
    logged_out: &'static str,
    deleted: &'static str,
}

impl MeTexts {
    pub fn of(language: Language) -> &'static Self {
        match language {
            Language::English => &ENGLISH,
            Language::German => &GERMAN,
        }
    }

    /// When a session was last used; `ago` is "3 hours ago".
    pub fn last_used(&self, ago: &str) -> String {
        format!("{} {ago}", self.last_used)
    }

    /// That the second factor is on, and how many recovery codes are left.
    pub fn factor_on(&self, recovery_codes: usize) -> String {
        format!("{} {recovery_codes}.", self.factor_on)
    }

    /// What was done, for somebody who is logged in.
    pub fn done_logged_in(&self, done: Done) -> Option<&'static str> {
        match done {
            Done::NameChanged => Some(self.name_changed),
            Done::EmailRequested => Some(self.email_requested),
            Done::PasswordChanged => Some(self.password_changed),
            Done::SessionEnded => Some(self.session_ended),
            Done::OthersEnded => Some(self.others_ended),
            Done::FactorRemoved => Some(self.factor_removed),
            Done::LoggedOut | Done::Deleted => None,
        }
    }

    /// What was done, for somebody who is not.
    pub fn done_logged_out(&self, done: Done) -> Option<&'static str> {
        match done {
            Done::LoggedOut => Some(self.logged_out),
            Done::Deleted => Some(self.deleted),
            Done::NameChanged
            | Done::EmailRequested
            | Done::PasswordChanged
            | Done::SessionEnded
            | Done::OthersEnded
            | Done::FactorRemoved => None,
        }
    }
}

const ENGLISH: MeTexts = MeTexts {
    login_title: "Log in to your account",
    login_name_label: "Name or e-mail address",
    password_label: "Password",
    code_label: "Code",
    code_needed: "Enter the code that your authenticator app shows, or a recovery code. Each works once.",
    login_button: "Log in",
    factor_title: "Second factor",
    factor_off_text: "Without one, whoever has your password can log in. With one, each login also asks for a code of an \
                      authenticator app on your phone.",
    factor_begin_button: "Set it up",
    factor_scan_text: "Scan the picture with your authenticator app, or type the text below it into the app. Then enter the \
                       code that the app shows.",
    factor_picture_label: "QR code for the app",
    factor_secret_label: "Text for the app",
    factor_confirm_button: "Turn it on",
    factor_wrong_code: "This code is wrong or used. Enter the one that the app shows now.",
    factor_codes_title: "Your recovery codes",
    factor_codes_text: "The second factor is on. Each of these codes works once in place of the app. Write them down now: \
                        they cannot be shown again.",
    factor_remove_button: "Turn it off",
    factor_on: "It is on. To turn it off, enter a code of the app, or a recovery code. Recovery codes left:",
    factor_removed: "The second factor is off.",
    login_refused: "The name or the password is wrong.",
    not_verified: "Your account waits until you follow the link in the e-mail that you got when you registered.",
    disabled: "Your account is disabled. Ask whoever runs this server.",
    too_many_attempts: "There were too many attempts. Try again in a while.",
    login_links: [
        ("/recover", "Forgot your password?"),
        ("/register", "Create an account"),
    ],
    back_link: [("/me", "Back to your account")],
    home_title: "Your account",
    name_label: "Name",
    email_label: "E-mail address",
    email_proved: "(confirmed)",
    email_claimed: "(not confirmed)",
    since_label: "Registered on",
    account_unreadable: "Your name cannot be used any more. Please set a new one.",
    sessions_title: "Where you are logged in",
    this_one: "this one",
    last_used: "last used",
    never_used: "not used yet",
    end_button: "End this session",
    end_others_button: "End all other sessions",
    events_title: "What happened to your account",
    events_text: "The newest first. If you do not know one of these logins or changes, change your password.",
    events_older: "Older",
    data_title: "Your data",
    export_link: "Download all my data (JSON)",
    log_out_button: "Log out",
    current_password_label: "Current password",
    wrong_password: "This is not your current password.",
    name_title: "Change your name",
    name_text: "You log in with your name, and others see it.",
    new_name_label: "New name",
    email_title: "Change your e-mail address",
    email_text: "You will get an e-mail with a link at the new address. The change takes effect when you follow it.",
    new_email_label: "New e-mail address",
    password_title: "Change your password",
    password_text: "All your other sessions end.",
    new_password_label: "New password",
    delete_title: "Delete your account",
    delete_text: "Your account, its sessions and its mail are deleted at once, and cannot be brought back. Anybody may \
                  take your name then.",
    delete_button: "Delete my account",
    name_changed: "Your name is changed.",
    email_requested: "A link is on its way to your new address. Follow it soon, and the address is changed.",
    password_changed: "Your password is changed, and your other sessions have ended.",
    session_ended: "The session has ended.",
    others_ended: "Your other sessions have ended.",
    logged_out: "You are logged out.",
    deleted: "Your account is deleted.",
};

const GERMAN: MeTexts = MeTexts {
    login_title: "In deinem Konto anmelden",
    login_name_label: "Name oder E-Mail-Adresse",
    password_label: "Passwort",
    code_label: "Code",
    code_needed: "Gib den Code ein, den deine Authenticator-App zeigt, oder einen Wiederherstellungscode. Jeder gilt einmal.",
    login_button: "Anmelden",
    factor_title: "Zweiter Faktor",
    factor_off_text: "Ohne ihn kann sich anmelden, wer dein Passwort hat. Mit ihm fragt jede Anmeldung auch nach einem Code \
                      einer Authenticator-App auf deinem Telefon.",
    factor_begin_button: "Einrichten",
    factor_scan_text: "Scanne das Bild mit deiner Authenticator-App, oder tippe den Text darunter in die App. Gib dann den Code \
                       ein, den die App zeigt.",
    factor_picture_label: "QR-Code für die App",
    factor_secret_label: "Text für die App",
    factor_confirm_button: "Einschalten",
    factor_wrong_code: "Dieser Code stimmt nicht oder ist benutzt. Gib den ein, den die App jetzt zeigt.",
    factor_codes_title: "Deine Wiederherstellungscodes",
    factor_codes_text: "Der zweite Faktor ist eingeschaltet. Jeder dieser Codes gilt einmal anstelle der App. Schreib sie jetzt \
                        auf: Sie können nicht noch einmal gezeigt werden.",
    factor_remove_button: "Ausschalten",
    factor_on: "Er ist eingeschaltet. Um ihn auszuschalten, gib einen Code der App oder einen Wiederherstellungscode ein. \
                Wiederherstellungscodes übrig:",
    factor_removed: "Der zweite Faktor ist ausgeschaltet.",
    login_refused: "Der Name oder das Passwort stimmt nicht.",
    not_verified: "Dein Konto wartet, bis du dem Link in der E-Mail folgst, die du beim Registrieren bekommen hast.",
    disabled: "Dein Konto ist gesperrt. Frage, wer diesen Server betreibt.",
    too_many_attempts: "Das waren zu viele Versuche. Versuche es später noch einmal.",
    login_links: [
        ("/recover", "Passwort vergessen?"),
        ("/register", "Konto anlegen"),
    ],
    back_link: [("/me", "Zurück zu deinem Konto")],
    home_title: "Dein Konto",
    name_label: "Name",
    email_label: "E-Mail-Adresse",
    email_proved: "(bestätigt)",
    email_claimed: "(nicht bestätigt)",
    since_label: "Registriert am",
    account_unreadable: "Dein Name kann nicht mehr benutzt werden. Bitte wähle einen neuen.",
    sessions_title: "Wo du angemeldet bist",
    this_one: "diese hier",
    last_used: "zuletzt benutzt",
    never_used: "noch nicht benutzt",
    end_button: "Diese Sitzung beenden",
    end_others_button: "Alle anderen Sitzungen beenden",
    events_title: "Was mit deinem Konto geschah",
    events_text: "Das Neueste zuerst. Wenn du eine Anmeldung oder Änderung nicht kennst, ändere dein Passwort.",
    events_older: "Älteres",
    data_title: "Deine Daten",
    export_link: "Alle meine Daten herunterladen (JSON)",
    log_out_button: "Abmelden",
    current_password_label: "Jetziges Passwort",
    wrong_password: "Das ist nicht dein jetziges Passwort.",
    name_title: "Namen ändern",
    name_text: "Mit dem Namen meldest du dich an, und andere sehen ihn.",
    new_name_label: "Neuer Name",
    email_title: "E-Mail-Adresse ändern",
    email_text: "Du bekommst einen Link an die neue Adresse. Sobald du ihm folgst, ist die Adresse geändert.",
    new_email_label: "Neue E-Mail-Adresse",
    password_title: "Passwort ändern",
    password_text: "Alle deine anderen Sitzungen enden.",
    new_password_label: "Neues Passwort",
    delete_title: "Konto löschen",
    delete_text: "Dein Konto, seine Sitzungen und seine Mails werden sofort gelöscht und sind nicht \
                  wiederherzustellen. Deinen Namen darf dann jeder nehmen.",
    delete_button: "Mein Konto löschen",
    name_changed: "Dein Name ist geändert.",
    email_requested: "Ein Link ist zu deiner neuen Adresse unterwegs. Folge ihm bald, dann ist sie geändert.",
    password_changed: "Dein Passwort ist geändert, und deine anderen Sitzungen sind beendet.",
    session_ended: "Die Sitzung ist beendet.",
    others_ended: "Deine anderen Sitzungen sind beendet.",
    logged_out: "Du bist abgemeldet.",
    deleted: "Dein Konto ist gelöscht.",
};

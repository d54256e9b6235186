use azuma_domain::mail::Language;
use azuma_domain::user::PasswordRules;

/// The texts of the pages in one language.
pub struct Texts {
    pub language: &'static str,
    pub confirm_title: &'static str,
    pub confirm_text: &'static str,
    pub confirm_button: &'static str,
    pub not_me_button: &'static str,
    pub account_label: &'static str,
    pub disowned_title: &'static str,
    pub account_deleted_text: &'static str,
    pub change_cancelled_text: &'static str,
    pub account_verified_title: &'static str,
    pub account_verified_text: &'static str,
    pub email_changed_title: &'static str,
    pub email_changed_text: &'static str,
    pub link_unknown_title: &'static str,
    pub verify_link_unknown_text: &'static str,
    pub reset_link_unknown_text: &'static str,
    pub try_later_title: &'static str,
    pub try_later_text: &'static str,
    pub form_unreadable_title: &'static str,
    pub form_unreadable_text: &'static str,
    pub foreign_form_title: &'static str,
    pub foreign_form_text: &'static str,
    pub reset_title: &'static str,
    pub reset_text: &'static str,
    pub password_label: &'static str,
    pub reset_button: &'static str,
    pub password_set_title: &'static str,
    pub password_set_text: &'static str,
    pub recover_title: &'static str,
    pub recover_text: &'static str,
    pub recover_again: &'static str,
    pub email_label: &'static str,
    pub email_refused: &'static str,
    pub recover_button: &'static str,
    pub mail_sent_title: &'static str,
    pub recovery_begun_text: &'static str,
    pub register_title: &'static str,
    pub register_text: &'static str,
    pub invite_label: &'static str,
    pub invite_refused: &'static str,
    pub name_label: &'static str,
    pub name_refused: &'static str,
    pub name_taken: &'static str,
    pub email_taken: &'static str,
    pub email_domain_refused: &'static str,
    pub new_account_password_label: &'static str,
    pub register_button: &'static str,
    pub account_requested_text: &'static str,
    pub registration_closed_title: &'static str,
    pub registration_closed_text: &'static str,
    pub password_guessable: &'static str,
    password_refused: [&'static str; 2],
}

impl Texts {
    pub fn of(language: Language) -> &'static Self {
        match language {
            Language::English => &ENGLISH,
            Language::German => &GERMAN,
        }
    }

    /// The rules for a new password.
    pub fn password_refused(&self, rules: &PasswordRules) -> String {
        let [before, after] = self.password_refused;
        format!("{before}{}{after}", rules.min_length)
    }
}

const ENGLISH: Texts = Texts {
    language: "en",
    confirm_title: "Confirm your e-mail address",
    confirm_text: "If you confirm, this address belongs to this account. The person who requested this knows the \
                   password of the account. If it was not you, do not confirm, and press the other button: the request \
                   is deleted, and the address is free at once.",
    confirm_button: "Confirm",
    not_me_button: "This was not me",
    account_label: "Account",
    disowned_title: "Nothing was confirmed",
    account_deleted_text: "The account that somebody requested with your address is deleted. Its name and your \
                           address are free. You may close this page.",
    change_cancelled_text: "The account keeps its former address, and your address is free. You may close this page.",
    account_verified_title: "Your account is verified",
    account_verified_text: "You can log in now. You may close this page.",
    email_changed_title: "Your new address is confirmed",
    email_changed_text: "It belongs to your account from now on. You may close this page.",
    link_unknown_title: "This link does not work",
    verify_link_unknown_text: "It has expired, was used already, or is incomplete. If you have just confirmed your \
                               address with it, you need not do anything. Otherwise register again, or change your \
                               address again, to get a new link.",
    reset_link_unknown_text: "It has expired, was used already, or is incomplete. If you have just set a password with \
                              it, log in with that password. Otherwise ask for a new link.",
    try_later_title: "Please try again later",
    try_later_text: "The server could not do this at the moment. Nothing was changed. Try again in a moment.",
    form_unreadable_title: "This form could not be read",
    form_unreadable_text: "Nothing was changed. Go back and fill in the form again.",
    foreign_form_title: "This form came from another site",
    foreign_form_text: "Nothing was changed. If you meant to do this, open the page of this server and fill in its form.",
    reset_title: "Set a new password",
    reset_text: "The new password replaces the old one, and every session of your account ends.",
    password_label: "New password",
    reset_button: "Set the password",
    password_set_title: "Your password is set",
    password_set_text: "You can log in with it now. The name of your account:",
    recover_title: "Forgot your password?",
    recover_text: "Enter the e-mail address of your account. You will get an e-mail with a link that sets a new \
                   password.",
    recover_again: "Ask for a new link",
    email_label: "E-mail address",
    email_refused: "This is not an e-mail address.",
    recover_button: "Mail me a link",
    mail_sent_title: "Check your mail",
    recovery_begun_text: "If an account has this address, a link is on its way to the address. The link works once, \
                          for a short time.",
    register_title: "Create an account",
    register_text: "You will get an e-mail with a link that verifies your address. Then you can log in.",
    invite_label: "Code of your invitation",
    invite_refused: "This invitation does not work. It has expired, was used already, or is mistyped.",
    name_label: "Name",
    name_refused: "This name cannot be used. It must have 1 to 64 characters, without spaces.",
    name_taken: "Somebody else has this name.",
    email_taken: "An account has this address already.",
    email_domain_refused: "Accounts here need an address of another domain.",
    new_account_password_label: "Password",
    register_button: "Create the account",
    account_requested_text: "A link is on its way to your address. Follow it soon, and your account is ready.",
    registration_closed_title: "Registration is closed",
    registration_closed_text: "No new accounts are created here. If you have an account, you can log in as ever.",
    password_guessable: "This password is among the first that others would try. Choose another one.",
    password_refused: [
        "This password cannot be used. It must have at least ",
        " characters, and at most 1,024 bytes.",
    ],
};

const GERMAN: Texts = Texts {
    language: "de",
    confirm_title: "E-Mail-Adresse bestätigen",
    confirm_text: "Wenn du bestätigst, hat dieses Konto diese Adresse. Wer das angefordert hat, kennt das Passwort des \
                   Kontos: Warst du es nicht, bestätige nicht, sondern sag es. Dann bleibt davon nichts, und die \
                   Adresse ist sofort frei.",
    confirm_button: "Bestätigen",
    not_me_button: "Das war ich nicht",
    account_label: "Konto",
    disowned_title: "Es wurde nichts bestätigt",
    account_deleted_text: "Das Konto, das jemand mit deiner Adresse wollte, ist gelöscht. Sein Name und deine Adresse \
                           sind frei. Diese Seite kannst du schließen.",
    change_cancelled_text: "Das Konto behält die Adresse, die es hatte, und deine ist frei. Diese Seite kannst du \
                             schließen.",
    account_verified_title: "Dein Konto ist bestätigt",
    account_verified_text: "Du kannst dich jetzt anmelden. Diese Seite kannst du schließen.",
    email_changed_title: "Deine neue Adresse ist bestätigt",
    email_changed_text: "Sie gehört ab jetzt zu deinem Konto. Diese Seite kannst du schließen.",
    link_unknown_title: "Dieser Link funktioniert nicht",
    verify_link_unknown_text: "Er ist abgelaufen, wurde schon benutzt oder ist unvollständig. Wenn du deine Adresse \
                               gerade damit bestätigt hast, ist alles gut. Sonst registriere dich noch einmal oder \
                               ändere die Adresse erneut, um einen neuen Link zu bekommen.",
    reset_link_unknown_text: "Er ist abgelaufen, wurde schon benutzt oder ist unvollständig. Wenn du gerade ein \
                              Passwort damit gesetzt hast, ist alles gut: Melde dich an. Sonst fordere einen neuen \
                              Link an.",
    try_later_title: "Bitte später noch einmal versuchen",
    try_later_text: "Das ging gerade nicht. Geändert wurde nichts; versuche es gleich noch einmal.",
    form_unreadable_title: "Dieses Formular war nicht lesbar",
    form_unreadable_text: "Geändert wurde nichts. Geh zurück und fülle es noch einmal aus.",
    foreign_form_title: "Dieses Formular kam von einer anderen Seite",
    foreign_form_text: "Geändert wurde nichts. Wenn du das vorhattest, öffne die Seite dieses Servers und fülle dort das Formular \
                        aus.",
    reset_title: "Neues Passwort setzen",
    reset_text: "Es ersetzt das alte und beendet jede Sitzung deines Kontos.",
    password_label: "Neues Passwort",
    reset_button: "Passwort setzen",
    password_set_title: "Dein Passwort ist gesetzt",
    password_set_text: "Du kannst dich jetzt damit anmelden. Der Name deines Kontos:",
    recover_title: "Passwort vergessen?",
    recover_text: "Gib die E-Mail-Adresse deines Kontos ein. Du bekommst einen Link, der ein neues Passwort setzt.",
    recover_again: "Neuen Link anfordern",
    email_label: "E-Mail-Adresse",
    email_refused: "Das ist keine E-Mail-Adresse.",
    recover_button: "Link schicken",
    mail_sent_title: "Schau in deine Mails",
    recovery_begun_text: "Wenn ein Konto diese Adresse hat, ist ein Link dorthin unterwegs. Er gilt kurze Zeit und nur \
                          einmal.",
    register_title: "Konto anlegen",
    register_text: "Du bekommst eine E-Mail mit einem Link, der deine Adresse bestätigt. Dann kannst du dich anmelden.",
    invite_label: "Code deiner Einladung",
    invite_refused: "Diese Einladung gilt nicht. Sie ist abgelaufen, wurde schon benutzt oder ist falsch getippt.",
    name_label: "Name",
    name_refused: "Dieser Name geht nicht. Er muss 1 bis 64 Zeichen haben, ohne Leerzeichen.",
    name_taken: "Diesen Namen hat schon jemand.",
    email_taken: "Diese Adresse hat schon ein Konto.",
    email_domain_refused: "Konten brauchen hier eine Adresse einer anderen Domain.",
    new_account_password_label: "Passwort",
    register_button: "Konto anlegen",
    account_requested_text: "Ein Link ist zu deiner Adresse unterwegs. Folge ihm bald, dann ist dein Konto fertig.",
    registration_closed_title: "Registrierung geschlossen",
    registration_closed_text: "Hier werden keine neuen Konten angelegt. Wenn du eines hast, kannst du dich wie immer \
                               anmelden.",
    password_guessable: "Dieses Passwort gehört zu den ersten, die andere versuchen würden. Nimm ein anderes.",
    password_refused: [
        "Dieses Passwort geht nicht. Es muss mindestens ",
        " Zeichen haben und höchstens 1.024 Bytes.",
    ],
};

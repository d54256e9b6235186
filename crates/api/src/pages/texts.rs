use azuma_domain::mail::Language;

/// What the pages say, in one language.
pub struct Texts {
    pub language: &'static str,
    pub confirm_title: &'static str,
    pub confirm_text: &'static str,
    pub confirm_button: &'static str,
    pub account_verified_title: &'static str,
    pub account_verified_text: &'static str,
    pub email_changed_title: &'static str,
    pub email_changed_text: &'static str,
    pub link_unknown_title: &'static str,
    pub link_unknown_text: &'static str,
    pub try_later_title: &'static str,
    pub try_later_text: &'static str,
}

impl Texts {
    pub fn of(language: Language) -> &'static Self {
        match language {
            Language::English => &ENGLISH,
            Language::German => &GERMAN,
        }
    }
}

const ENGLISH: Texts = Texts {
    language: "en",
    confirm_title: "Confirm your e-mail address",
    confirm_text: "One click, and your address is confirmed. If you did not ask for this, close this page.",
    confirm_button: "Confirm",
    account_verified_title: "Your account is verified",
    account_verified_text: "You can log in now. You may close this page.",
    email_changed_title: "Your new address is confirmed",
    email_changed_text: "It belongs to your account from now on. You may close this page.",
    link_unknown_title: "This link does not work",
    link_unknown_text: "It has expired, was used already, or is incomplete. Links work for a short time, once. \
                        If you could not confirm your address, register or change it again to get a new link.",
    try_later_title: "Please try again later",
    try_later_text: "This could not be done just now. The link still works; try again in a moment.",
};

const GERMAN: Texts = Texts {
    language: "de",
    confirm_title: "E-Mail-Adresse bestätigen",
    confirm_text: "Ein Klick, und deine Adresse ist bestätigt. Wenn du das nicht angefordert hast, schließe diese Seite.",
    confirm_button: "Bestätigen",
    account_verified_title: "Dein Konto ist bestätigt",
    account_verified_text: "Du kannst dich jetzt anmelden. Diese Seite kannst du schließen.",
    email_changed_title: "Deine neue Adresse ist bestätigt",
    email_changed_text: "Sie gehört ab jetzt zu deinem Konto. Diese Seite kannst du schließen.",
    link_unknown_title: "Dieser Link funktioniert nicht",
    link_unknown_text: "Er ist abgelaufen, wurde schon benutzt oder ist unvollständig. Links gelten kurze Zeit und nur einmal. \
                        Wenn du deine Adresse nicht bestätigen konntest, registriere dich noch einmal oder ändere die Adresse erneut.",
    try_later_title: "Bitte später noch einmal versuchen",
    try_later_text: "Das ging gerade nicht. Der Link gilt weiter; versuche es gleich noch einmal.",
};

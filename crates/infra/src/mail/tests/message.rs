use lettre::Message;
use mailparse::{MailHeaderMap, ParsedMail, parse_mail};

use super::super::message::write;
use super::*;

fn message(settings: &MailSettings, mail: &OutgoingMail) -> Message {
    let token = token().filter(|_| mail.kind.link().is_some());
    write(settings, mail, token.as_ref()).unwrap()
}

fn formatted(message: &Message) -> String {
    String::from_utf8(message.formatted()).unwrap()
}

/// The plain and the HTML part.
fn parts(mail: &ParsedMail<'_>) -> (String, String) {
    let [plain, html] = mail.subparts.as_slice() else {
        panic!("not two parts");
    };
    assert_eq!(plain.ctype.mimetype, "text/plain");
    assert_eq!(html.ctype.mimetype, "text/html");
    (plain.get_body().unwrap(), html.get_body().unwrap())
}

#[test]
fn says_in_english_what_it_is_about() {
    let message = message(&settings(), &verification());
    let text = formatted(&message);
    let mail = parse_mail(text.as_bytes()).unwrap();
    let header = |name| mail.headers.get_first_value(name).unwrap();
    assert_eq!(
        header("From"),
        "\"azumaneo\" <azuma@mail.example>".replace('"', "")
    );
    assert_eq!(header("To"), "neo@example.org");
    assert_eq!(header("Subject"), "Verify your e-mail address for azumaneo");
    assert_eq!(header("Date"), "Sun, 28 Mar 2021 14:39:40 +0000");
    assert_eq!(header("Message-ID"), format!("<{MAIL_ID}@mail.example>"));
    assert_eq!(header("Auto-Submitted"), "auto-generated");
    assert_eq!(mail.ctype.mimetype, "multipart/alternative");

    let (plain, html) = parts(&mail);
    let link = format!("https://azuma.example/verify?token={TOKEN}");
    assert_eq!(
        plain.replace("\r\n", "\n").trim_end(),
        format!(
            "Hello,\n\n\
             somebody, presumably you, registered an account at azumaneo with this\n\
             e-mail address. This link leads to a page that names the account; there\n\
             you can confirm that it is yours, or say that it is not:\n\n\
             {link}\n\n\
             The link works once, and for 10 minutes: until 2021-03-28 14:49 UTC.\n\n\
             If it was not you, say so there, and the address is free at once. If you\n\
             ignore this message, nothing will happen either."
        )
    );
    assert!(html.contains("<html lang=\"en\">"), "{html}");
    assert!(
        html.contains(&format!("<a href=\"{link}\">{link}</a>")),
        "{html}"
    );
    assert!(html.contains("registered an account at azumaneo"), "{html}");
    assert!(
        html.contains("for 10 minutes: until 2021-03-28 14:49 UTC"),
        "{html}"
    );
    assert!(html.contains("If it was not you"), "{html}");
    // A link can be copied from the file as it is.
    assert!(text.contains(&link), "{text}");
}

#[test]
fn says_in_german_what_it_is_about() {
    let mail = mail(
        MailKind::VerifyAccount(link()),
        Language::German,
        "neo@example.org",
    );
    let message = message(&settings(), &mail);
    let text = formatted(&message);
    assert!(text.is_ascii(), "for servers without 8BITMIME");
    let mail = parse_mail(text.as_bytes()).unwrap();
    assert_eq!(
        mail.headers.get_first_value("Subject").unwrap(),
        "Bestätige deine E-Mail-Adresse für azumaneo"
    );
    let (plain, html) = parts(&mail);
    let link = format!("https://azuma.example/verify?token={TOKEN}");
    for text in [plain, html] {
        assert!(text.contains("ein Konto bei azumaneo"), "{text}");
        assert!(text.contains("bestätige"), "{text}");
        assert!(text.contains(&link), "{text}");
        assert!(
            text.contains("10 Minuten lang: bis 2021-03-28 14:49 UTC"),
            "{text}"
        );
        assert!(text.contains("Wenn du das nicht warst"), "{text}");
    }
}

#[test]
fn speaks_of_a_new_address_where_that_is_the_matter() {
    let words = [
        (Language::English, "Confirm your new", "wants to use this"),
        (Language::German, "Bestätige deine neue", "möchte diese"),
    ];
    for (language, subject, text) in words {
        let mail = mail(MailKind::ConfirmEmail(link()), language, "neo@example.org");
        let message = formatted(&message(&settings(), &mail));
        let mail = parse_mail(message.as_bytes()).unwrap();
        let written = mail.headers.get_first_value("Subject").unwrap();
        assert!(written.starts_with(subject), "{written}");
        let (plain, html) = parts(&mail);
        assert!(plain.contains(text), "{plain}");
        assert!(html.contains(text), "{html}");
    }
}

#[test]
fn names_the_span_in_its_largest_unit() {
    let spans = [
        (1, "1 second:", "1 Sekunde lang"),
        (90, "90 seconds:", "90 Sekunden lang"),
        (179, "2 minutes:", "2 Minuten lang"),
        (60, "1 minute:", "1 Minute lang"),
        (7_200, "2 hours:", "2 Stunden lang"),
        (86_400, "1 day:", "1 Tag lang"),
        (0, "0 seconds:", "0 Sekunden lang"),
    ];
    for (seconds, english, german) in spans {
        for (language, words) in [(Language::English, english), (Language::German, german)] {
            let mut mail = mail(MailKind::VerifyAccount(link()), language, "neo@example.org");
            mail.expires_at = mail.created_at.plus(Duration::from_secs(seconds));
            let message = formatted(&message(&settings(), &mail));
            let (plain, _) = parts(&parse_mail(message.as_bytes()).unwrap());
            assert!(plain.contains(words), "{plain}");
        }
    }
}

#[test]
fn any_name_of_an_instance_arrives_as_it_is() {
    let names = [
        "Azuma & <b>Söhne</b>",
        "\"Quoted\", comma; <angle> (round) \\ back",
        "東京サーバー",
        "name@example.org",
        "=?utf-8?b?AAAA?=",
        &"long ".repeat(25),
        "🦀",
    ];
    for name in names {
        let message = formatted(&message(&settings_named(name), &verification()));
        let mail = parse_mail(message.as_bytes()).unwrap();
        let (plain, html) = parts(&mail);
        assert!(plain.contains(name), "{plain}");
        assert!(!html.contains("<b>"), "{html}");
        assert!(mail.headers.get_all_headers("From").len() == 1);
        let from = mailparse::addrparse_header(mail.headers.get_first_header("From").unwrap())
            .unwrap_or_else(|error| panic!("{error}: {message}"));
        let from = from.extract_single_info().unwrap();
        assert_eq!(from.addr, "azuma@mail.example", "{message}");
    }
}

#[test]
fn a_link_leads_to_the_page_of_its_purpose() {
    for (kind, page) in [
        (MailKind::VerifyAccount(link()), "verify"),
        (MailKind::ConfirmEmail(link()), "verify"),
        (MailKind::ResetPassword(link()), "reset"),
    ] {
        let mail = mail(kind, Language::English, "neo@example.org");
        let message = formatted(&message(&settings(), &mail));
        let (plain, _) = parts(&parse_mail(message.as_bytes()).unwrap());
        let link = format!("\n\nhttps://azuma.example/{page}?token={TOKEN}\n\n");
        assert!(plain.replace("\r\n", "\n").contains(&link), "{plain}");
        // It can be copied from the file as it is.
        assert!(message.contains(link.trim()), "{message}");
    }
}

#[test]
fn what_tells_of_something_carries_no_link() {
    for kind in [
        MailKind::EmailChangeRequested,
        MailKind::EmailChanged,
        MailKind::PasswordChanged,
        MailKind::NewLogin,
        MailKind::Test,
    ] {
        for language in Language::ALL {
            let mail = mail(kind, language, "neo@example.org");
            let message = formatted(&message(&settings(), &mail));
            let (plain, html) = parts(&parse_mail(message.as_bytes()).unwrap());
            assert!(!plain.contains("://") && !html.contains("://"), "{message}");
            assert!(plain.contains("azumaneo"), "{plain}");
        }
    }
}

#[test]
fn every_address_that_an_account_may_have_can_be_written_to() {
    let long = format!("{}@{}.example", "l".repeat(100), "d".repeat(60));
    let addresses = [
        ("neo@example.org", "neo@example.org"),
        ("a..b@x.y", "\"a..b\"@x.y"),
        (".a@b", "\".a\"@b"),
        ("a.@b", "\"a.\"@b"),
        (".@b", "\".\"@b"),
        ("!#$%&'*+/=?^_`{|}~-@b", "!#$%&'*+/=?^_`{|}~-@b"),
        ("root@localhost", "root@localhost"),
        ("neo@xn--bcher-kva.example", "neo@xn--bcher-kva.example"),
        (&long, &long),
    ];
    for (to, written) in addresses {
        let mail = mail(MailKind::VerifyAccount(link()), Language::English, to);
        let message = message(&settings(), &mail);
        let recipients: Vec<String> = message
            .envelope()
            .to()
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(recipients, [written]);
        assert_eq!(
            message.envelope().from().unwrap().to_string(),
            "azuma@mail.example"
        );
        let text = formatted(&message);
        let header = parse_mail(text.as_bytes())
            .unwrap()
            .headers
            .get_first_value("To")
            .unwrap();
        assert_eq!(header, written);
    }
}

#[test]
fn the_senders_own_name_goes_before_the_instances() {
    let settings = MailSettings {
        from: "Accounts <accounts@mail.example>".parse().unwrap(),
        ..settings()
    };
    let message = formatted(&message(&settings, &verification()));
    assert!(
        message.contains("From: Accounts <accounts@mail.example>\r\n"),
        "{message}"
    );
}

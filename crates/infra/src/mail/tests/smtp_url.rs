use super::super::smtp_url::{Encryption, Login};
use super::*;

#[test]
fn names_server_port_and_encryption() {
    let known = [
        ("smtp://mail.example", "mail.example", 25, Encryption::Never),
        (
            "smtps://mail.example",
            "mail.example",
            465,
            Encryption::Always,
        ),
        (
            "smtp://mail.example?tls=required",
            "mail.example",
            587,
            Encryption::Required,
        ),
        (
            "smtp://mail.example:2525?tls=opportunistic",
            "mail.example",
            2525,
            Encryption::Opportunistic,
        ),
        ("smtp://127.0.0.1:25", "127.0.0.1", 25, Encryption::Never),
        (
            "smtps://[2001:db8::1]",
            "2001:db8::1",
            465,
            Encryption::Always,
        ),
        (
            "smtp://mail_server:1025/",
            "mail_server",
            1025,
            Encryption::Never,
        ),
    ];
    for (text, host, port, encryption) in known {
        let url = text.parse::<SmtpUrl>().unwrap();
        assert_eq!(url.host, host, "{text}");
        assert_eq!(url.port, port, "{text}");
        assert_eq!(url.encryption, encryption, "{text}");
        assert!(matches!(url.login, Login::None), "{text}");
        assert!(url.ehlo_name.is_none(), "{text}");
    }
}

#[test]
fn that_is_wrong_is_refused_without_repeating_it() {
    let wrong = [
        ("", InvalidSmtpUrl::Malformed),
        ("mail.example", InvalidSmtpUrl::Malformed),
        ("hunter2@mail.example:25", InvalidSmtpUrl::Malformed),
        ("smtp://", InvalidSmtpUrl::Malformed),
        ("smtp:hunter2@mail.example", InvalidSmtpUrl::Malformed),
        ("smtp://user:hunter2@:25", InvalidSmtpUrl::Malformed),
        ("smtp://user:hunter2@host:99999", InvalidSmtpUrl::Malformed),
        ("smtp://user:hunter%FF2@host", InvalidSmtpUrl::Malformed),
        ("http://user:hunter2@host", InvalidSmtpUrl::Scheme),
        ("hunter2://host", InvalidSmtpUrl::Scheme),
        ("smtp://user:hunter2@host?tls=on", InvalidSmtpUrl::Parameter),
        ("smtp://user:25?tls=hunter2@host", InvalidSmtpUrl::Parameter),
        (
            "smtps://user:hunter2@host?tls=required",
            InvalidSmtpUrl::Parameter,
        ),
        ("smtp://:hunter2@host", InvalidSmtpUrl::User),
    ];
    for (text, expected) in wrong {
        let found = text.parse::<SmtpUrl>().unwrap_err();
        assert_eq!(found, expected, "{text}");
        assert!(!found.to_string().contains("hunter2"), "{text}");
    }
}

#[test]
fn is_shown_with_its_password_masked() {
    for (text, shown) in [
        ("smtps://u:hunter2@mail", "smtps://u:********@mail"),
        (
            "smtp://u:p%40ss@mail:25/me.example?tls=required",
            "smtp://u:********@mail:25/me.example?tls=required",
        ),
        ("smtp://127.0.0.1:2525", "smtp://127.0.0.1:2525"),
        (
            "smtp://mail.example.org?tls=required",
            "smtp://mail.example.org?tls=required",
        ),
    ] {
        let url: SmtpUrl = text.parse().unwrap();
        assert_eq!(url.to_string(), shown);
        assert_eq!(format!("{url:?}"), format!("SmtpUrl({shown})"));
    }
}

#[test]
fn a_user_without_a_password_is_read_and_not_sent_with() {
    let url: SmtpUrl = "smtps://user@mail.example".parse().unwrap();
    assert_eq!(url.to_string(), "smtps://user@mail.example");
    let refused = SmtpMailer::new(url, None, TIMEOUTS, settings()).map(|_| ());
    assert!(matches!(refused, Err(SmtpSetupError::NoPassword)));
}

#[test]
fn certificates_that_are_none_are_refused() {
    assert!(Authorities::from_pem(b"no certificate").is_err());
    let pem = b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    let refused = Authorities::from_pem(pem).map(|authorities| {
        let url = "smtps://host".parse().unwrap();
        SmtpMailer::new(url, Some(authorities), TIMEOUTS, settings()).is_err()
    });
    assert!(matches!(refused, Err(NoCertificate) | Ok(true)));
}

#[test]
fn a_password_in_clear_is_noticed() {
    let shows = |text: &str| text.parse::<SmtpUrl>().unwrap().shows_password();
    assert!(shows("smtp://user:hunter2@mail.example"));
    assert!(shows("smtp://user:hunter2@mail.example?tls=opportunistic"));
    assert!(!shows("smtp://user:hunter2@mail.example?tls=required"));
    assert!(!shows("smtps://user:hunter2@mail.example"));
    assert!(!shows("smtp://user:hunter2@127.0.0.1"));
    assert!(!shows("smtp://mail.example"));
}

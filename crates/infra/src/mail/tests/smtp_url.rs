use super::super::smtp_url::{Encryption, SmtpUrl};
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
        let url = SmtpUrl::parse(text).unwrap();
        assert_eq!(url.host, host, "{text}");
        assert_eq!(url.port, port, "{text}");
        assert_eq!(url.encryption, encryption, "{text}");
        assert!(url.credentials.is_none(), "{text}");
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
        ("smtp://hunter2@host", InvalidSmtpUrl::Credentials),
        ("smtp://:hunter2@host", InvalidSmtpUrl::Credentials),
    ];
    for (text, expected) in wrong {
        let error = SmtpMailer::new(text, None, PATIENCE, settings())
            .map(|_| ())
            .unwrap_err();
        let SmtpSetupError::Url(found) = error else {
            panic!("{text}: {error}");
        };
        assert_eq!(found, expected, "{text}");
        assert!(!found.to_string().contains("hunter2"), "{text}");
    }
}

#[test]
fn certificates_that_are_none_are_refused() {
    let pem = b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    let error = SmtpMailer::new("smtps://host", Some(pem), PATIENCE, settings()).map(|_| ());
    assert!(matches!(error, Err(SmtpSetupError::Tls(_))));
}

#[test]
fn a_password_in_clear_is_noticed() {
    let shows = |text| SmtpUrl::parse(text).unwrap().shows_password();
    assert!(shows("smtp://user:hunter2@mail.example"));
    assert!(shows("smtp://user:hunter2@mail.example?tls=opportunistic"));
    assert!(!shows("smtp://user:hunter2@mail.example?tls=required"));
    assert!(!shows("smtps://user:hunter2@mail.example"));
    assert!(!shows("smtp://user:hunter2@127.0.0.1"));
    assert!(!shows("smtp://mail.example"));
}

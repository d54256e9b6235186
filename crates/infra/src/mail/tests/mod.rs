mod files;
mod message;
mod server;
mod smtp;
mod smtp_url;
mod templates;

use std::time::Duration;

use azuma_domain::Timestamp;
use azuma_domain::link::LinkId;
use azuma_domain::mail::{Language, MailId, MailKind, OutgoingMail};
use azuma_domain::token::Token;
use azuma_domain::user::{EmailAddress, UserId};
use uuid::Uuid;

use super::*;

const TOKEN: &str = "3b7e1f5c-8a9d-4c6e-b2f1-0a9d8c7b6e5f";
const TIMEOUTS: SmtpTimeouts = SmtpTimeouts {
    connect: Duration::from_secs(30),
    send: Duration::from_secs(30),
};
const MAIL_ID: &str = "7d0c9a52-45ab-4b8e-9b1e-2f6f0b5c3a11";

fn settings() -> MailSettings {
    settings_named("azumaneo")
}

fn settings_named(instance: &str) -> MailSettings {
    MailSettings {
        instance: instance.parse().unwrap(),
        from: "azuma@mail.example".parse().unwrap(),
        pages: LinkPages {
            public_url: "https://azuma.example".parse().unwrap(),
            verification: "{public_url}/verify".parse().unwrap(),
            reset: "{public_url}/reset".parse().unwrap(),
        },
        templates: Templates::built_in(),
    }
}

fn link() -> LinkId {
    LinkId::new(Uuid::nil())
}

fn email(text: &str) -> EmailAddress {
    EmailAddress::parse(text).unwrap()
}

/// Written 2021-03-28T14:39:40Z; its link works for ten minutes.
fn mail(kind: MailKind, language: Language, to: &str) -> OutgoingMail {
    let created_at = Timestamp::from_micros(1_616_942_380_063_095);
    OutgoingMail {
        id: MailId::new(Uuid::parse_str(MAIL_ID).unwrap()),
        user_id: Some(UserId::new(Uuid::nil())),
        kind,
        language,
        to: email(to),
        created_at,
        expires_at: created_at.plus(Duration::from_mins(10)),
    }
}

fn token() -> Option<Token> {
    Some(Token::parse(TOKEN).unwrap())
}

fn verification() -> OutgoingMail {
    mail(
        MailKind::VerifyAccount(link()),
        Language::English,
        "neo@example.org",
    )
}

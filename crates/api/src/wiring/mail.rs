//! How messages are written and sent.

use std::error::Error;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use azuma_domain::ports::Mailer;
use azuma_infra::mail::{
    Authorities, LinkPages, MailFiles, MailSettings, SmtpMailer, SmtpSetupError, SmtpTimeouts,
    SmtpUrl, Templates,
};

use crate::config::Config;

/// How messages leave: by a mail server, or into files.
pub(super) fn mailer(config: &Config) -> Result<Arc<dyn Mailer>, Box<dyn Error>> {
    let directory = &config.mail.directory;
    Ok(match &config.mail.url {
        Some(server) => Arc::new(smtp_mailer(config, server)?),
        None => Arc::new(MailFiles::new(directory.clone(), mail_settings(config)?)?),
    })
}

fn mail_settings(config: &Config) -> Result<MailSettings, String> {
    Ok(MailSettings {
        instance: config.instance.name.clone(),
        from: config.mail.from.clone(),
        pages: LinkPages {
            public_url: config.http.public_url.clone(),
            verification: config.registration.verification_url.clone(),
            reset: config.recovery.reset_url.clone(),
        },
        templates: templates(config)?,
    })
}

pub(super) fn smtp_mailer(config: &Config, server: &SmtpUrl) -> Result<SmtpMailer, Box<dyn Error>> {
    let mail = &config.mail;
    let authorities = mail.ca_file.as_deref().map(read_ca_file).transpose()?;
    let timeouts = SmtpTimeouts {
        connect: mail.connect_timeout,
        send: mail.send_timeout,
    };
    let settings = mail_settings(config)?;
    let mailer = SmtpMailer::new(server.clone(), authorities, timeouts, settings);
    Ok(mailer.map_err(|error| match error {
        SmtpSetupError::NoPassword => format!("`mail.url`: {error}"),
        SmtpSetupError::Tls(_) => error.to_string(),
    })?)
}

fn templates(config: &Config) -> Result<Templates, String> {
    match &config.mail.templates {
        Some(directory) => Templates::in_directory(directory, &config.instance.name)
            .map_err(|error| format!("`mail.templates`: {error}")),
        None => Ok(Templates::built_in()),
    }
}

fn read_ca_file(path: &Path) -> Result<Authorities, String> {
    let refused = |reason| format!("`mail.ca_file`: {} {reason}", path.display());
    let pem = fs::read(path).map_err(|error| refused(format!("cannot be read: {error}")))?;
    Authorities::from_pem(&pem).map_err(|error| refused(error.to_string()))
}

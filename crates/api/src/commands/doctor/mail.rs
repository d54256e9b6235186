//! The mail server.

use tokio::time::timeout;

use super::PATIENCE;
use super::finding::{Finding, Subject};
use crate::config::Config;
use crate::wiring;

/// Connects to the mail server and logs in, or looks at the directory of mail files. Sends nothing.
pub async fn look(config: &Config) -> Vec<Finding> {
    let Some(url) = &config.mail.url else {
        return vec![Finding::warning(
            Subject::Mail,
            format!(
                "messages are written as files to {}",
                config.mail.directory.display()
            ),
            "set `mail.url`, so that they are sent",
        )];
    };
    let tried = match timeout(PATIENCE, wiring::try_mail_server(config)).await {
        Ok(tried) => tried.map_err(|error| error.to_string()),
        Err(_) => Err(format!("no answer within {PATIENCE:?}")),
    };
    vec![match tried {
        Ok(()) => Finding::ok(
            Subject::Mail,
            format!("{url} takes the connection and the login"),
        ),
        Err(error) => Finding::error(
            Subject::Mail,
            format!("{url}: {error}"),
            "look at `mail.url` and `mail.ca_file`; messages wait meanwhile (`azuma mail list`)",
        ),
    }]
}

//! The secret key, and whether it is the one that existing sessions were made with.

use azuma_domain::token::TokenKeys;

use super::PATIENCE;
use super::finding::{Finding, Subject};
use crate::config::Config;
use crate::wiring::{self, KeyRights, KeySource, MigrationPlan, Verdict};

/// The most sessions that are looked at.
const MOST: u32 = 1_000;

/// Looks for the key, at the rights of its file, and whether it derives the tokens of sessions.
pub fn look(config: &Config) -> Vec<Finding> {
    let (key, mut findings) = match wiring::find_key(config) {
        Err(error) => {
            let advice = "`openssl rand -base64 32` prints a key; give every node the same";
            return vec![Finding::error(Subject::Key, error.to_string(), advice)];
        }
        Ok(KeySource::Missing(path)) => {
            return vec![Finding::warning(
                Subject::Key,
                format!("{} does not exist", path.display()),
                "the first start of the server makes it; if sessions exist, restore it from the backup first",
            )];
        }
        Ok(KeySource::Configured(key)) => {
            let found = "the key is in the configuration";
            (key, vec![Finding::ok(Subject::Key, found)])
        }
        Ok(KeySource::File { key, path, rights }) => {
            let path = path.display();
            let finding = match rights {
                KeyRights::Private => Finding::ok(Subject::Key, format!("the key is in {path}")),
                KeyRights::Open => Finding::warning(
                    Subject::Key,
                    format!("other users of this machine can read {path}"),
                    format!("run `chmod 600 {path}`"),
                ),
            };
            (key, vec![finding])
        }
    };
    if let Ok(MigrationPlan {
        verdict: Verdict::Current,
        ..
    }) = wiring::plan_migration(config)
    {
        let keys = TokenKeys::new(key, config.previous_secret_keys.clone());
        findings.extend(sessions(config, &keys));
    }
    findings
}

/// Derives the tokens of some sessions again, and compares them with what is stored.
fn sessions(config: &Config, keys: &TokenKeys) -> Option<Finding> {
    let listed = match wiring::look_at_sessions(config, PATIENCE, MOST) {
        Ok(listed) => listed,
        Err(error) => {
            let advice = "look at the database first";
            return Some(Finding::error(Subject::Key, error.to_string(), advice));
        }
    };
    let all = listed.len();
    let derived = listed
        .iter()
        .filter(|listed| {
            let (session, token) = (&listed.session, &listed.token);
            let (generation, shape) = (token.generation, session.shape);
            let token = keys.recover_session_token(session.id, generation, shape, &token.hash);
            token.is_some()
        })
        .count();
    let advice = "set `secret_key` to the key of the other nodes or of the backup, or put the former one into \
                  `previous_secret_keys`; sessions go on, but second factors of that key do not work";
    match (all, derived) {
        (0, _) => None,
        (_, 0) => Some(Finding::error(
            Subject::Key,
            format!("it is not the key of any of {all} sessions that were looked at"),
            advice,
        )),
        _ if derived < all => Some(Finding::warning(
            Subject::Key,
            format!(
                "{} of {all} sessions that were looked at were made with another key",
                all - derived
            ),
            advice,
        )),
        _ => Some(Finding::ok(
            Subject::Key,
            format!("it derives the tokens of {all} sessions that were looked at"),
        )),
    }
}

//! `azuma key rotate`: the steps by which a secret key is replaced, node by node.

use std::error::Error;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

use azuma_domain::token::SecretKey;

use super::status::table;
use crate::cli::RotateTask;
use crate::commands::Failure;
use crate::commands::failure::Reason;
use crate::commands::output::print;
use crate::config::Config;
use crate::wiring::{self, PresentKey};

/// How long the tokens of former keys live on, unless something else is said.
const USUAL_GRACE: Duration = Duration::from_hours(7 * 24);

const SAY_FILE: &str = "the key is in the configuration itself: say with `--file FILE` where the new one is, the same each time";

const NOT_REPLACED: &str = "this node derives tokens with that key: finish the steps of `azuma key rotate` on every node first";

const NOT_FORMER: &str = "no former key of this node has that fingerprint: `azuma key status` shows them; the key that leaked must be in `previous_secret_keys`";

const NOT_THE_NEW: &str = "this node derives tokens with another key than the one that `--new` names: finish the steps of `azuma key rotate` on every node first";

const BOTH: &str = "the present key is among the previous ones as well: take it out of `previous_secret_keys`, or make the new key the present one";

const EXCHANGE: &str =
    "and in its previous keys put the former key in the place of the new one; the others stay";

/// The step that this node is at.
enum Step {
    /// There is no new key.
    Make,
    /// This node does not know the new key.
    Learn(SecretKey),
    /// This node knows the new key, and derives tokens with the former one.
    Replace(SecretKey),
    /// This node derives tokens with the new key.
    Wait,
}

/// Does the step that this node is at, or says what is to be done for it.
pub async fn run(config: &Config, task: &RotateTask) -> Result<(), Box<dyn Error>> {
    let present = wiring::present_key(config)?;
    if let (Some(leaked), Some(new)) = (&task.reissue, &task.new) {
        return reissue(config, &present.key, Replaced { leaked, new }, task.within).await;
    }
    if is_previous(config, &present.key.fingerprint()) {
        return Err(Failure::new(Reason::Refused, BOTH).into());
    }
    let file = match (&task.file, &present.file) {
        (Some(file), _) => file.clone(),
        (None, Some(present)) => next_to(present),
        (None, None) => return Err(Failure::new(Reason::Usage, SAY_FILE).into()),
    };
    let step = step(config, task, &present.key, &file)?;
    match step {
        Step::Make => {
            let key = wiring::make_key(&file, &present)?;
            print(&format!(
                "step 1 of 4: a new key, {}, is made in {}\n",
                key.fingerprint(),
                file.display()
            ))?;
            Ok(print(&learn(config, &file))?)
        }
        Step::Learn(key) => {
            print(&format!(
                "step 2 of 4: this node does not know the new key, {}, of {}\n",
                key.fingerprint(),
                file.display()
            ))?;
            Ok(print(&learn(config, &file))?)
        }
        Step::Replace(key) => {
            print(&format!(
                "step 3 of 4: this node knows the new key, {}, of {}\n",
                key.fingerprint(),
                file.display()
            ))?;
            Ok(print(&replace(config, &present, &file))?)
        }
        Step::Wait => wait(config, &present).await,
    }
}

fn step(
    config: &Config,
    task: &RotateTask,
    present: &SecretKey,
    file: &Path,
) -> Result<Step, Box<dyn Error>> {
    let Some(new) = wiring::key_in(file)? else {
        // Where nobody has named the file, the last key to come was made in the present one, and it may still replace others.
        return Ok(
            match task.file.is_some() || config.previous_secret_keys.is_empty() {
                true => Step::Make,
                false => Step::Wait,
            },
        );
    };
    let fingerprint = new.fingerprint();
    let is_present = present.fingerprint() == fingerprint;
    Ok(match (is_present, is_previous(config, &fingerprint)) {
        (true, _) => Step::Wait,
        (false, true) => Step::Replace(new),
        (false, false) => Step::Learn(new),
    })
}

fn is_previous(config: &Config, fingerprint: &str) -> bool {
    let mut previous = config.previous_secret_keys.iter();
    previous.any(|key| key.fingerprint() == fingerprint)
}

/// The file of the next key: `secret.key.2` beside `secret.key`, then `secret.key.3`.
fn next_to(present: &Path) -> PathBuf {
    let number = present
        .extension()
        .and_then(|end| end.to_str()?.parse().ok());
    let (stem, next) = match number {
        Some(number) => (present.with_extension(""), u32::saturating_add(number, 1)),
        None => (present.to_owned(), 2),
    };
    let mut name = OsString::from(stem);
    name.push(format!(".{next}"));
    name.into()
}

fn learn(config: &Config, file: &Path) -> String {
    let file = file.display();
    let how = match (
        &config.previous_secret_keys_file,
        config.previous_secret_keys.is_empty(),
    ) {
        (Some(previous), _) => format!(
            "add the line of that file to {}, which is their `previous_secret_keys_file`",
            previous.display()
        ),
        (None, true) => format!("set on each\n\n    previous_secret_keys_file = \"{file}\"\n"),
        (None, false) => "add the line of that file to their `previous_secret_keys`".to_owned(),
    };
    format!(
        "next: give every node that file, at the same place and readable for its server alone; {how}\n\
         then restart the nodes one by one, and run this command again on each\n"
    )
}

fn replace(config: &Config, present: &PresentKey, file: &Path) -> String {
    let new = format!("    secret_key_file = \"{}\"\n", file.display());
    let settings = match (&present.file, config.previous_secret_keys.len()) {
        (Some(former), 1) => format!(
            "set on each\n\n{new}    previous_secret_keys_file = \"{}\"\n",
            former.display()
        ),
        (Some(_), _) => format!("set on each\n\n{new}\n{EXCHANGE}\n"),
        (None, _) => format!("set on each in place of `secret_key`\n\n{new}\n{EXCHANGE}\n"),
    };
    format!(
        "next: when this command says so on every node, and not before, {settings}\n\
         then restart the nodes one by one, and run this command again on each\n"
    )
}

/// Says whether the former keys are still needed.
async fn wait(config: &Config, present: &PresentKey) -> Result<(), Box<dyn Error>> {
    let current = present.key.fingerprint();
    if config.previous_secret_keys.is_empty() {
        return Ok(print(&format!(
            "done: this node knows one key, {current}, and none is being replaced\n"
        ))?);
    }
    let status = wiring::key_admin(config)?.status().await?;
    print(&format!(
        "step 4 of 4: this node derives tokens with {current}\n\n{}\n",
        table(&status)
    ))?;
    let (former, unknown) = (status.of_previous(), status.unknown);
    if former.is_none() && unknown.is_none() {
        return Ok(print(
            "nothing that lives was derived with a former key: on every node remove `previous_secret_keys` and \
             `previous_secret_keys_file`, and restart it; keep a former key as long as a backup that was made with it\n",
        )?);
    }
    let mut still = Vec::new();
    if let Some(end) = former.last_end {
        still.push(format!(
            "former keys are still needed for sessions ({}), replaced tokens ({}) and links ({}) until {end}, or later if sessions are used",
            former.sessions, former.replaced, former.links
        ));
    }
    if former.factors > 0 {
        still.push(format!(
            "former keys are still needed for second factors ({}) until their users set up others",
            former.factors
        ));
    }
    if !unknown.is_none() {
        still.push(format!(
            "a key that this node does not know derived sessions ({}), replaced tokens ({}), links ({}) and second factors ({}): a node \
             derives with another key than {current}, or a former key was removed",
            unknown.sessions, unknown.replaced, unknown.links, unknown.factors
        ));
    }
    Err(Failure::new(Reason::Refused, still.join("; ")).into())
}

/// The fingerprints of two keys.
struct Replaced<'a> {
    /// The key that has leaked.
    leaked: &'a str,
    /// The key that has replaced it.
    new: &'a str,
}

/// The operator names both keys. A node that still derives with another one than the new key would put that in force again.
async fn reissue(
    config: &Config,
    present: &SecretKey,
    Replaced { leaked, new }: Replaced<'_>,
    within: Option<Duration>,
) -> Result<(), Box<dyn Error>> {
    let present = present.fingerprint();
    if present == leaked {
        return Err(Failure::new(Reason::Refused, NOT_REPLACED).into());
    }
    if present != new {
        return Err(Failure::new(Reason::Refused, NOT_THE_NEW).into());
    }
    if !is_previous(config, leaked) {
        return Err(Failure::new(Reason::Refused, NOT_FORMER).into());
    }
    issue_again(config, within).await
}

async fn issue_again(config: &Config, within: Option<Duration>) -> Result<(), Box<dyn Error>> {
    let admin = wiring::key_admin(config)?;
    let longest = admin.lifetimes.extend_to.max(admin.lifetimes.lifetime);
    let within = within.unwrap_or(USUAL_GRACE.min(longest));
    if within > longest {
        let longest = humantime::format_duration(longest);
        let sentence = format!("`--within` is {longest} at most, which is how long a token lives");
        return Err(Failure::new(Reason::Usage, sentence).into());
    }
    let changed = admin.reissue(within).await?;
    Ok(print(&format!(
        "changed sessions: {changed}; their tokens of other keys end within {}, and whoever sends one before gets the next\n",
        humantime::format_duration(within)
    ))?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_files_of_keys_are_numbered() {
        for (present, next) in [
            ("/a/secret.key", "/a/secret.key.2"),
            ("/a/secret.key.2", "/a/secret.key.3"),
            ("key", "key.2"),
        ] {
            assert_eq!(next_to(Path::new(present)), Path::new(next));
        }
    }
}

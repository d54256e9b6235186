//! `azuma invite`.

use std::time::Duration;

use azuma_domain::invite::{InviteCode, InviteId, InviteUses};
use azuma_domain::services::InviteKey;
use clap::{Subcommand, value_parser};

use super::Output;

/// The commands for invitations. They work with and without a running server.
#[derive(Clone, Debug, PartialEq, Eq, Subcommand)]
pub enum InviteTask {
    /// Make an invitation, and print its code and its link, which nobody can look up later
    Create {
        /// How many accounts it admits; one that is deleted, or never verified, makes room for another
        #[arg(long, value_parser = invite_uses, default_value = "1")]
        uses: InviteUses,
        /// How long it works
        #[arg(long, value_name = "DURATION", value_parser = lifetime, default_value = "7d")]
        expires: Duration,
        /// How the answer is printed
        #[command(flatten)]
        output: Output,
    },
    /// List the invitations that work, the newest first
    List {
        /// The most invitations to list
        #[arg(long, default_value_t = 1000, value_parser = value_parser!(u32).range(1..))]
        limit: u32,
        /// How the answer is printed
        #[command(flatten)]
        output: Output,
    },
    /// Revoke an invitation; the accounts that were registered with it stay
    Revoke {
        /// The invitation's id, as `list` prints it, or its code
        #[arg(value_name = "ID|CODE", value_parser = invite_key)]
        invite: InviteKey,
    },
}

fn invite_key(text: &str) -> Result<InviteKey, &'static str> {
    let by_id = text.parse().ok().map(|id| InviteKey::Id(InviteId::new(id)));
    let by_code = || {
        InviteCode::parse(text)
            .ok()
            .map(|code| InviteKey::Code(code.hash()))
    };
    by_id
        .or_else(by_code)
        .ok_or("expected the id or the code of an invitation")
}

fn invite_uses(text: &str) -> Result<InviteUses, &'static str> {
    let uses = text.parse().ok().and_then(InviteUses::new);
    uses.ok_or("expected a number from 1 to 4294967295")
}

/// Parses how long an invitation works.
fn lifetime(text: &str) -> Result<Duration, &'static str> {
    const LONGEST: Duration = Duration::from_hours(10 * 365 * 24);
    let span = humantime::parse_duration(text).ok();
    span.filter(|span| !span.is_zero() && *span <= LONGEST)
        .ok_or("expected a duration such as `12h` or `7d`, ten years at most")
}

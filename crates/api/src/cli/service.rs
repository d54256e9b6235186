//! `azuma service`.

use std::time::Duration;

use azuma_domain::service::{InvalidServiceName, ServiceName};
use clap::{Subcommand, value_parser};

use super::Output;

/// The commands for services. They work with and without a running server.
#[derive(Clone, Debug, PartialEq, Eq, Subcommand)]
pub enum ServiceTask {
    /// Create a service, and print its token, which nobody can look up later
    Create {
        /// Its name: 1 to 64 of a to z, digits, `-`, `_` and `.`; the first is a letter or a digit
        #[arg(value_parser = service_name)]
        name: ServiceName,
        /// How the answer is printed
        #[command(flatten)]
        output: Output,
    },
    /// List the services by name
    List {
        /// The most services to list
        #[arg(long, default_value_t = 1000, value_parser = value_parser!(u32).range(1..))]
        limit: u32,
        /// How the answer is printed
        #[command(flatten)]
        output: Output,
    },
    /// Make another token for a service, and print it; the ones before go on for a while
    Rotate {
        /// Its name
        #[arg(value_parser = service_name)]
        name: ServiceName,
        /// How long the tokens before still work; `0s` after a leak
        #[arg(long, value_name = "DURATION", value_parser = overlap, default_value = "24h")]
        overlap: Duration,
        /// How the answer is printed
        #[command(flatten)]
        output: Output,
    },
    /// Revoke a service; its next request is refused
    Revoke {
        /// Its name
        #[arg(value_parser = service_name)]
        name: ServiceName,
    },
}

fn service_name(text: &str) -> Result<ServiceName, InvalidServiceName> {
    ServiceName::parse(text)
}

/// Parses how long tokens overlap.
fn overlap(text: &str) -> Result<Duration, &'static str> {
    const LONGEST: Duration = Duration::from_hours(365 * 24);
    let span = humantime::parse_duration(text).ok();
    span.filter(|span| *span <= LONGEST)
        .ok_or("expected a duration such as `0s` or `24h`, a year at most")
}

//! The binary under test.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use serde::Deserialize;

/// One line of what cargo reports with `--message-format=json`.
#[derive(Deserialize)]
struct Report {
    executable: Option<PathBuf>,
}

/// The variable that names another binary to test than the one that is built.
const OTHER_BINARY: &str = "AZUMA_TESTED_BINARY";

/// The variable that names the binary of the release before this one.
const PREVIOUS_BINARY: &str = "AZUMA_PREVIOUS_BINARY";

/// Which of two neighbouring releases a server is of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Release {
    /// The one under test.
    #[default]
    This,
    /// The one before it, which `scripts/previous-release` builds.
    Previous,
}

impl Release {
    /// The neighbour.
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::This => Self::Previous,
            Self::Previous => Self::This,
        }
    }

    pub(super) fn binary(self) -> PathBuf {
        match self {
            Self::This => azuma().to_owned(),
            Self::Previous => match std::env::var_os(PREVIOUS_BINARY) {
                Some(path) => path.into(),
                None => panic!(
                    "the previous release is needed: export {PREVIOUS_BINARY}=$(scripts/previous-release)"
                ),
            },
        }
    }
}

/// The path of `azuma`, built once in each test process.
pub fn azuma() -> &'static Path {
    static BINARY: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    let find = || match std::env::var_os(OTHER_BINARY) {
        Some(path) => Ok(path.into()),
        None => build(&["--bin", "azuma"], "azuma"),
    };
    match BINARY.get_or_init(find) {
        Ok(path) => path,
        Err(reason) => panic!("azuma cannot be tested: {reason}"),
    }
}

/// The path of the example `chat-gateway`, built once in each test process.
pub fn chat_gateway() -> &'static Path {
    static BINARY: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    match BINARY.get_or_init(|| build(&["--example", "chat-gateway"], "chat-gateway")) {
        Ok(path) => path,
        Err(reason) => panic!("chat-gateway cannot be tested: {reason}"),
    }
}

/// Builds a program, and answers its path.
fn build(target: &[&str], name: &str) -> Result<PathBuf, String> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    // Build scripts that read these variables would run again.
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy();
        if name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_") {
            command.env_remove(&*name);
        }
    }
    let output = command
        // A selection with a test, as the test command's is: with it dependencies have more features, and nothing is compiled
        // twice.
        .args(["build", "--workspace", "--all-features"])
        .args(target)
        .args(["--test", "rules"])
        .arg("--message-format=json-render-diagnostics")
        .current_dir(workspace())
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| format!("cannot run cargo: {error}"))?;
    if !output.status.success() {
        return Err("it does not compile".to_owned());
    }
    String::from_utf8_lossy(&output.stdout)
        .lines()
        .filter_map(|line| serde_json::from_str::<Report>(line).ok()?.executable)
        .find(|path| path.ends_with(name))
        .ok_or_else(|| "cargo names no executable".to_owned())
}

/// The library that shows a process another time, as Debian installs it.
pub fn libfaketime() -> &'static str {
    static LIBRARY: OnceLock<String> = OnceLock::new();
    LIBRARY.get_or_init(|| {
        let architecture = std::env::consts::ARCH;
        let path = format!("/usr/lib/{architecture}-linux-gnu/faketime/libfaketime.so.1");
        assert!(
            Path::new(&path).exists(),
            "{path} is not there: install libfaketime"
        );
        path
    })
}

/// The root of the workspace.
pub fn workspace() -> &'static Path {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    tests.parent().unwrap_or(tests)
}

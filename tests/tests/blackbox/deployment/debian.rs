//! The Debian package. It is installed into a directory of its own, so the machine stays as it is.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

use azuma_tests::scratch;
use azuma_tests::server::{Setup, azuma, workspace};

/// Where the unit is installed.
const UNIT: &str = "usr/lib/systemd/system/azuma.service";

fn run(command: &mut Command) -> Output {
    let output = command.output();
    output.unwrap_or_else(|error| panic!("cannot run {command:?}: {error}"))
}

/// What it printed; it must have succeeded.
fn success(command: &mut Command) -> String {
    let output = run(command);
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {said}{errors}");
    said
}

/// The package of the binary under test, made once.
fn package() -> &'static Path {
    static PACKAGE: OnceLock<PathBuf> = OnceLock::new();
    PACKAGE.get_or_init(|| {
        let mut make = Command::new("scripts/package");
        let made = success(make.arg("--fast").arg(azuma()).current_dir(workspace()));
        workspace().join(made.trim())
    })
}

/// The directory of a machine that has nothing.
struct Machine(PathBuf);

impl Machine {
    fn new() -> Self {
        let root = scratch::fresh_directory("debian");
        for directory in ["var/lib/dpkg/info", "var/lib/dpkg/updates", "etc"] {
            fs::create_dir_all(root.join(directory)).expect("a new directory");
        }
        for file in ["var/lib/dpkg/status", "etc/passwd", "etc/group"] {
            fs::write(root.join(file), "").expect("a new file");
        }
        Self(root)
    }

    /// Runs dpkg on it; the scripts of packages run with `DPKG_ROOT`. What a package depends on is not there.
    fn dpkg(&self, arguments: &[&str]) -> String {
        let mut dpkg = Command::new("dpkg");
        dpkg.arg(format!("--root={}", self.0.display()))
            .arg("--force-script-chrootless,depends")
            .arg("--log=/dev/null")
            .args(arguments);
        success(&mut dpkg)
    }

    fn install(&self) {
        self.dpkg(&["--install", package().to_str().expect("a plain path")]);
    }

    fn path(&self, path: &str) -> PathBuf {
        self.0.join(path)
    }

    fn read(&self, path: &str) -> String {
        let path = self.path(path);
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }
}

#[test]
fn lintian_finds_nothing() {
    let mut lintian = Command::new("lintian");
    lintian.args(["--allow-root", "--fail-on", "error,warning"]);
    let said = success(lintian.arg(package()));
    assert_eq!(said, "");
}

#[test]
fn installed_it_has_a_user_and_is_neither_enabled_nor_started() {
    let machine = Machine::new();
    machine.install();
    assert!(machine.read("etc/passwd").contains("azuma:"));
    assert!(machine.path(UNIT).exists());
    let wanted = "etc/systemd/system/multi-user.target.wants/azuma.service";
    assert!(!machine.path(wanted).exists());
    assert!(!machine.path("var/lib/azuma").exists());
    let settings = machine.path("etc/azuma/azuma.toml");
    let mode = fs::metadata(&settings).expect("settings").permissions();
    assert_eq!(mode.mode() & 0o777, 0o644);
    let settings = settings.to_str().expect("a plain path");
    let finished = Setup::bare().run(&["--config", settings, "config"]);
    assert!(
        finished
            .success()
            .contains("sqlite:///var/lib/azuma/data/azuma.db")
    );
    for page in ["azuma.1.gz", "azuma-backup.1.gz"] {
        assert!(machine.path("usr/share/man/man1").join(page).exists());
    }
}

#[test]
fn an_upgrade_keeps_settings_that_were_changed_and_whether_it_is_enabled() {
    let machine = Machine::new();
    machine.install();
    let settings = machine.path("etc/azuma/azuma.toml");
    fs::write(&settings, "[instance]\nname = \"mine\"\n").expect("a writable file");
    machine.install();
    assert!(machine.read("etc/azuma/azuma.toml").contains("mine"));
    let wanted = "etc/systemd/system/multi-user.target.wants/azuma.service";
    assert!(!machine.path(wanted).exists());
}

#[test]
fn purged_it_leaves_the_accounts_and_nothing_else() {
    let machine = Machine::new();
    machine.install();
    fs::write(machine.path("etc/azuma/azuma.env"), "AZUMA_SECRET_KEY=").expect("a new file");
    let data = machine.path("var/lib/azuma/data");
    fs::create_dir_all(&data).expect("a new directory");
    fs::write(data.join("azuma.db"), "accounts").expect("a new file");
    machine.dpkg(&["--purge", "azuma"]);
    assert_eq!(machine.read("var/lib/azuma/data/azuma.db"), "accounts");
    let mut find = Command::new("find");
    find.arg(&machine.0).args(["-name", "*azuma*"]);
    let left = success(&mut find);
    let left: Vec<&str> = left
        .lines()
        .filter(|path| !path.contains("/var/lib/azuma"))
        .filter(|path| Path::new(path) != machine.0)
        .collect();
    assert_eq!(left, Vec::<&str>::new());

    fs::remove_dir_all(machine.path("var/lib/azuma")).expect("it is there");
    machine.install();
    fs::create_dir_all(machine.path("var/lib/azuma")).expect("a new directory");
    machine.dpkg(&["--purge", "azuma"]);
    assert!(!machine.path("var/lib/azuma").exists(), "an empty one goes");
}

#[test]
fn systemd_rates_the_unit_as_little_exposed_and_hashes_may_lower_their_priority() {
    let unit = workspace().join("packaging/debian/azuma.service");
    let mut rate = Command::new("systemd-analyze");
    rate.args(["security", "--offline=true", "--threshold=15", "--no-pager"]);
    let said = success(rate.arg(&unit));
    // `@resources` is refused but for this one.
    assert!(said.contains("setpriority is allowed"), "{said}");
    let mut verify = Command::new("systemd-analyze");
    let verified = run(verify.args(["verify", "--man=no"]).arg(&unit));
    let said = String::from_utf8_lossy(&verified.stderr).into_owned();
    let said: Vec<&str> = said
        .lines()
        .filter(|line| !line.contains("/usr/bin/azuma is not executable"))
        .collect();
    assert_eq!(said, Vec::<&str>::new());
}

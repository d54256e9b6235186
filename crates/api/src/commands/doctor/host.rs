//! The disk, and whether clients can connect.

use std::fs;
use std::net::{TcpStream, ToSocketAddrs};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::Duration;

use rustix::fs::{Access, access, statvfs};

use super::finding::{Finding, Subject};
use crate::config::Config;

const MIB: u64 = 1024 * 1024;
/// Less room, in MiB, is an error or told of.
const TOO_LITTLE: u64 = 64;
const LITTLE: u64 = 1024;
/// A larger log of SQLite, in MiB, is told of: something keeps it from being written back.
const LARGE_LOG: u64 = 256;

/// How long a connection to the public URL may take.
const CONNECT: Duration = Duration::from_secs(3);

/// Looks at the disk that an SQLite database is on.
pub fn look_at_disk(config: &Config) -> Vec<Finding> {
    let Some(database) = config.database.url.sqlite_path() else {
        return vec![Finding::ok(Subject::Disk, "the database is a server's")];
    };
    let folder = match database.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    if !folder.exists() {
        return vec![Finding::ok(
            Subject::Disk,
            format!("{} is not there yet", folder.display()),
        )];
    }
    let mut findings = vec![room(folder)];
    if access(folder, Access::WRITE_OK | Access::EXEC_OK).is_err() {
        findings.push(Finding::error(
            Subject::Disk,
            format!("{} cannot be written to by this user", folder.display()),
            "give the directory to the user of the server, or run this command as that user",
        ));
    }
    findings.extend(rights(database));
    findings.extend(log(database));
    findings
}

fn room(folder: &Path) -> Finding {
    let disk = match statvfs(folder) {
        Ok(disk) => disk,
        Err(error) => {
            let found = format!("{}: {error}", folder.display());
            return Finding::error(Subject::Disk, found, "look at the disk of the database");
        }
    };
    let free = disk.f_bavail.saturating_mul(disk.f_frsize) / MIB;
    let found = format!("{free} MiB are free at {}", folder.display());
    let advice = "make room: without any, nothing can be written";
    match free {
        ..TOO_LITTLE => Finding::error(Subject::Disk, found, advice),
        TOO_LITTLE..LITTLE => Finding::warning(Subject::Disk, found, advice),
        LITTLE.. => Finding::ok(Subject::Disk, found),
    }
}

fn rights(database: &Path) -> Option<Finding> {
    let mode = fs::metadata(database).ok()?.permissions().mode();
    (mode & 0o077 != 0).then(|| {
        let path = database.display();
        Finding::warning(
            Subject::Disk,
            format!("other users of this machine can read or write {path}"),
            format!("run `chmod 600 {path}`"),
        )
    })
}

fn log(database: &Path) -> Option<Finding> {
    let mut log = database.as_os_str().to_owned();
    log.push("-wal");
    let size = fs::metadata(&log).ok()?.len() / MIB;
    (size > LARGE_LOG).then(|| {
        Finding::warning(
            Subject::Disk,
            format!("SQLite's log has {size} MiB"),
            "end what reads the database for long, such as a backup that hangs",
        )
    })
}

/// Connects to the public URL, and says nothing there.
pub fn look_at_public_url(config: &Config) -> Vec<Finding> {
    let url = &config.http.public_url;
    let Some(address) = address(url.as_str()) else {
        return Vec::new();
    };
    let connected = address.to_socket_addrs().and_then(|addresses| {
        let mut last = std::io::ErrorKind::NotFound.into();
        for address in addresses.take(2) {
            match TcpStream::connect_timeout(&address, CONNECT / 2) {
                Ok(_) => return Ok(()),
                Err(error) => last = error,
            }
        }
        Err(last)
    });
    let url = url.as_str();
    vec![match connected {
        Ok(()) => Finding::ok(Subject::Proxy, format!("something listens at {url}")),
        Err(error) => Finding::warning(
            Subject::Proxy,
            format!("{url} cannot be reached from this machine: {error}"),
            "start the server and its proxy; look at the name and at firewalls. Clients may reach it all the same",
        ),
    }]
}

/// The host and the port of a URL without a path.
fn address(url: &str) -> Option<String> {
    let (scheme, rest) = url.split_once("://")?;
    let authority = rest.split('/').next()?;
    let has_port = authority
        .rsplit_once(':')
        .is_some_and(|(_, port)| !port.is_empty() && port.bytes().all(|it| it.is_ascii_digit()));
    let port = if scheme == "https" { 443 } else { 80 };
    Some(match has_port {
        true => authority.to_owned(),
        false => format!("{authority}:{port}"),
    })
}

//! The memory of a process.

use std::fs;

use super::Server;
use crate::Outcome;

impl Server {
    /// Resident memory that no file is behind, in MiB.
    pub fn anonymous_memory(&self) -> Outcome<f64> {
        self.status("RssAnon:")
    }

    /// All resident memory, in MiB.
    pub fn memory(&self) -> Outcome<f64> {
        self.status("VmRSS:")
    }

    /// The most resident memory since the last [`forget_peak`](Self::forget_peak), in MiB.
    pub fn peak_memory(&self) -> Outcome<f64> {
        self.status("VmHWM:")
    }

    /// Sets the peak to what is resident now.
    pub fn forget_peak(&self) -> Outcome<()> {
        Ok(fs::write(format!("/proc/{}/clear_refs", self.id()), "5")?)
    }

    fn status(&self, name: &str) -> Outcome<f64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.id()))?;
        let kib = status
            .lines()
            .find_map(|line| line.strip_prefix(name)?.trim().strip_suffix(" kB"));
        let kib = kib.ok_or_else(|| format!("the kernel does not tell {name}"))?;
        Ok(kib.parse::<f64>()? / 1024.0)
    }
}

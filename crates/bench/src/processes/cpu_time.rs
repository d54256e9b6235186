//! The CPU time of a process.

use std::io;
use std::time::Duration;

use super::Server;
use crate::Outcome;

impl Server {
    /// The time all its threads have run, those that ended included, in user space and in the kernel. It is the
    /// process's CPU-time clock, which counts nanoseconds.
    #[allow(unsafe_code)]
    pub fn cpu_time(&self) -> Outcome<Duration> {
        let mut clock = 0;
        let mut time = libc::timespec {
            tv_sec: 0,
            tv_nsec: 0,
        };
        // SAFETY: the pointer is to a local, and outlives the call.
        let refused = unsafe { libc::clock_getcpuclockid(self.id().cast_signed(), &raw mut clock) };
        if refused != 0 {
            return Err(io::Error::from_raw_os_error(refused).into());
        }
        // SAFETY: as above.
        if unsafe { libc::clock_gettime(clock, &raw mut time) } != 0 {
            return Err(io::Error::last_os_error().into());
        }
        Ok(Duration::new(
            time.tv_sec.try_into()?,
            time.tv_nsec.try_into()?,
        ))
    }
}

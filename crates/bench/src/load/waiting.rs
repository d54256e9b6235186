//! Waiting for many connections and a timer at once.

use std::mem::MaybeUninit;
use std::net::TcpStream;
use std::os::fd::OwnedFd;
use std::time::{Duration, Instant};

use rustix::event::epoll;
use rustix::time::{
    Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, Timespec, timerfd_create,
    timerfd_settime,
};

use crate::Outcome;

/// The most connections that one call reports as ready.
const BATCH: usize = 64;
/// The key of the timer; the key of a connection is its index.
const TIMER: u64 = u64::MAX;

/// What the load's core does while there is nothing to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rest {
    /// It sleeps. The server that answers has to wake it, which costs the server as much as a request.
    Sleep,
    /// It polls. An answer costs the server only what it costs to send it.
    Spin,
}

/// A connection that can be read from, by its index.
#[derive(Clone, Copy, Debug)]
pub struct Ready(pub usize);

/// An epoll instance with a timer in it: its own timeouts are in milliseconds.
#[derive(Debug)]
pub struct Waiting {
    epoll: OwnedFd,
    timer: OwnedFd,
    set_to: Option<Instant>,
    rest: Rest,
    /// How long it polled in vain.
    idle: Duration,
}

impl Waiting {
    /// Waits for these connections; their indexes are their places in the list.
    pub fn new<'a>(streams: impl Iterator<Item = &'a TcpStream>, rest: Rest) -> Outcome<Self> {
        let epoll = epoll::create(epoll::CreateFlags::CLOEXEC)?;
        let flags = TimerfdFlags::CLOEXEC | TimerfdFlags::NONBLOCK;
        let timer = timerfd_create(TimerfdClockId::Monotonic, flags)?;
        let data = epoll::EventData::new_u64(TIMER);
        epoll::add(&epoll, &timer, data, epoll::EventFlags::IN)?;
        for (index, stream) in streams.enumerate() {
            let data = epoll::EventData::new_u64(index as u64);
            epoll::add(&epoll, stream, data, epoll::EventFlags::IN)?;
        }
        Ok(Self {
            epoll,
            timer,
            set_to: None,
            rest,
            idle: Duration::ZERO,
        })
    }

    /// Waits for at least one connection, no longer than until `wake`, and adds those that are ready.
    pub fn until(&mut self, wake: Instant, ready: &mut Vec<Ready>) -> Outcome<()> {
        match self.rest {
            Rest::Sleep => self.sleep_until(wake, ready),
            Rest::Spin => self.spin_until(wake, ready),
        }
    }

    /// How long it has polled in vain; zero if it sleeps.
    pub fn time_idle(&self) -> Duration {
        self.idle
    }

    fn spin_until(&mut self, wake: Instant, ready: &mut Vec<Ready>) -> Outcome<()> {
        let at_once = Timespec::default();
        let mut before = Instant::now();
        loop {
            self.look(Some(&at_once), ready)?;
            if !ready.is_empty() {
                return Ok(());
            }
            let now = Instant::now();
            self.idle += now - before;
            if now >= wake {
                return Ok(());
            }
            before = now;
        }
    }

    fn sleep_until(&mut self, wake: Instant, ready: &mut Vec<Ready>) -> Outcome<()> {
        if self.set_to != Some(wake) {
            // Setting the timer also clears its event.
            self.set_timer(wake)?;
        }
        self.look(None, ready)
    }

    fn look(&self, timeout: Option<&Timespec>, ready: &mut Vec<Ready>) -> Outcome<()> {
        let mut events = [MaybeUninit::uninit(); BATCH];
        let (events, _) = epoll::wait(&self.epoll, &mut events, timeout)?;
        for event in events {
            let data = event.data.u64();
            if data != TIMER {
                ready.push(Ready(usize::try_from(data)?));
            }
        }
        Ok(())
    }

    fn set_timer(&mut self, wake: Instant) -> Outcome<()> {
        let left = wake.saturating_duration_since(Instant::now());
        let new = Itimerspec {
            it_interval: Timespec::default(),
            it_value: Timespec {
                tv_sec: left.as_secs().cast_signed(),
                // Zero would stop the timer.
                tv_nsec: i64::from(left.subsec_nanos()).max(1),
            },
        };
        timerfd_settime(&self.timer, TimerfdTimerFlags::empty(), &new)?;
        self.set_to = Some(wake);
        Ok(())
    }
}

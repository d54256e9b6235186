//! Waiting for many connections and the clock at once.

use std::mem::MaybeUninit;
use std::net::TcpStream;
use std::os::fd::OwnedFd;
use std::time::Instant;

use rustix::event::epoll;
use rustix::time::{
    Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, Timespec, timerfd_create,
    timerfd_settime,
};

use crate::Outcome;

/// The most connections that are told to be ready at once.
const BATCH: usize = 64;
/// What the timer is known by; connections are known by their index.
const TIMER: u64 = u64::MAX;

/// A connection that can be read from, by its index.
#[derive(Clone, Copy, Debug)]
pub struct Ready(pub usize);

/// An epoll instance with a timer in it: its own timeouts are in milliseconds.
#[derive(Debug)]
pub struct Waiting {
    epoll: OwnedFd,
    timer: OwnedFd,
    set_to: Option<Instant>,
}

impl Waiting {
    /// Waits for these, known by the order they come in.
    pub fn new<'a>(streams: impl Iterator<Item = &'a TcpStream>) -> Outcome<Self> {
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
        })
    }

    /// Waits for at least one connection, no longer than until `wake`, and adds those that are ready.
    pub fn until(&mut self, wake: Instant, ready: &mut Vec<Ready>) -> Outcome<()> {
        if self.set_to != Some(wake) {
            // Which also clears that it went off.
            self.set_timer(wake)?;
        }
        let mut events = [MaybeUninit::uninit(); BATCH];
        let (events, _) = epoll::wait(&self.epoll, &mut events, None)?;
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
                // Nought would stop the timer.
                tv_nsec: i64::from(left.subsec_nanos()).max(1),
            },
        };
        timerfd_settime(&self.timer, TimerfdTimerFlags::empty(), &new)?;
        self.set_to = Some(wake);
        Ok(())
    }
}

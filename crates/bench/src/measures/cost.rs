//! The cost of session checks.

use crate::Outcome;
use crate::bench::Bench;
use crate::database::Token;
use crate::load::{Load, Order, Rest, checks};
use crate::processes::Server;
use crate::report::{Figure, Unit};
use crate::statistics::Series;

/// Connections that carry the checks.
pub const CONNECTIONS: usize = 32;
/// The fixed rate, in checks a second.
pub const FIXED_RATE: u32 = 50_000;

/// How often a round measures each server in turn. Each turn is so short that other load on the machine hits all
/// servers alike.
pub const TURNS: u32 = 4;

/// How fast checks come.
#[derive(Clone, Copy, Debug)]
pub enum Pace {
    /// At the fixed rate.
    Fixed,
    /// As fast as they are answered.
    FlatOut,
}

/// The figures of each turn.
#[derive(Debug, Default)]
pub struct Costs {
    /// CPU time of the server for a request, in microseconds.
    pub micros: Series,
    /// Requests answered a second.
    pub rate: Series,
    /// The share of the time in which the load generator had something to do, 0 to 1.
    pub load_busy: Series,
}

impl Costs {
    /// Runs checks against a server: for a moment to warm up, and then for the measured span.
    pub fn measure(
        &mut self,
        bench: &Bench,
        server: &Server,
        tokens: &[Token],
        pace: Pace,
    ) -> Outcome<()> {
        let mut load = Load::connect(server.address(), CONNECTIONS, Rest::Spin)?;
        let mut requests = checks(tokens, Order::Random);
        let mut run = |load: &mut Load, span| match pace {
            Pace::Fixed => load.paced(FIXED_RATE, span, &mut requests),
            Pace::FlatOut => load.flat_out(span, &mut requests),
        };
        run(&mut load, bench.seconds(0.1, 0.05))?;
        let (idle, cpu) = (load.time_idle(), server.cpu_time()?);
        let tally = run(&mut load, bench.seconds(0.5, 0.2))?.faultless()?;
        let cpu = server.cpu_time()? - cpu;
        let idle = load.time_idle() - idle;
        self.load_busy
            .push(1.0 - idle.as_secs_f64() / tally.took.as_secs_f64());
        self.micros
            .push(cpu.as_secs_f64() * 1e6 / tally.answered as f64);
        self.rate.push(tally.rate());
        Ok(())
    }

    /// The figures of a server at a pace.
    pub fn figures(&self, server: &str, pace: &str) -> [Figure; 3] {
        let figure = |what: &str, unit, rounds: &Series| {
            Figure::new(format!("{server}, {pace}: {what}"), unit, rounds.clone())
        };
        [
            figure("CPU time per request", Unit::Microseconds, &self.micros),
            figure("requests answered", Unit::PerSecond, &self.rate),
            figure("load generator busy", Unit::Share, &self.load_busy),
        ]
    }
}

//! How long an operation took by the clock, and how much of that the thread itself was running.
//!
//! The machine takes the processor away now and then, for other programs or, where it is a virtual
//! one, for other machines. The thread's own time stands still meanwhile, so an operation that is
//! long by the clock and short by its own time was interrupted.
//!
//! Asking for the thread's own time takes longer than most operations do. So it is asked for once
//! in a few operations and after each that took long by the clock. What such an operation has of
//! it is then known from above: no more than went by since it was last asked for.

use std::fmt;
use std::time::{Duration, Instant};

/// An operation that takes longer than that by the clock is looked at.
const NOTABLE: Duration = Duration::from_micros(20);
/// The thread's own time is asked for at least once in so many operations.
const OPERATIONS_MAX: u32 = 32;

/// What the system tells of a thread.
#[derive(Clone, Copy, Debug, Default)]
struct Account {
    /// How long it has run.
    own: Duration,
    /// How often it had to wait while others ran.
    switches: u64,
    /// How often it touched memory that the system had still to provide.
    faults: u64,
}

impl Account {
    #[cfg(target_os = "linux")]
    fn of_this_thread() -> Self {
        use nix::sys::resource::{UsageWho, getrusage};
        use nix::time::{ClockId, clock_gettime};
        let own = clock_gettime(ClockId::CLOCK_THREAD_CPUTIME_ID).expect("Linux has this clock");
        let usage = getrusage(UsageWho::RUSAGE_THREAD).expect("Linux keeps this account");
        let count = |number: i64| u64::try_from(number).expect("a count");
        let switches = usage.voluntary_context_switches() + usage.involuntary_context_switches();
        let faults = usage.minor_page_faults() + usage.major_page_faults();
        Self { own: own.into(), switches: count(switches), faults: count(faults) }
    }

    /// Where the system does not tell, all time by the clock is taken for the thread's own.
    #[cfg(not(target_os = "linux"))]
    fn of_this_thread() -> Self {
        Self::default()
    }
}

/// What one operation took.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Taken {
    /// By the clock.
    pub(crate) clock: Duration,
    /// Of the thread's own time, at most.
    pub(crate) own: Duration,
    /// Times that the thread had to wait, in it or in one of the few operations before it.
    switches: u64,
    /// Pages that the system provided, likewise.
    faults: u64,
}

impl fmt::Display for Taken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { clock, own, switches, faults } = self;
        write!(f, "{own:?} of {clock:?}, {switches} waits, {faults} pages")
    }
}

/// Watches the operations of one thread.
pub(crate) struct Watch {
    last: Account,
    operations_since: u32,
}

impl Watch {
    pub(crate) fn new() -> Self {
        Self { last: Account::of_this_thread(), operations_since: 0 }
    }

    /// Forgets what the thread did since the last operation.
    pub(crate) fn reset(&mut self) {
        *self = Self::new();
    }

    /// Carries an operation out; gives what it took.
    pub(crate) fn time(&mut self, act: impl FnOnce()) -> Taken {
        let begin = Instant::now();
        act();
        self.note(begin.elapsed())
    }

    fn note(&mut self, clock: Duration) -> Taken {
        self.operations_since += 1;
        if clock < NOTABLE && self.operations_since < OPERATIONS_MAX {
            return Taken { clock, own: clock, ..Taken::default() };
        }
        let account = Account::of_this_thread();
        let own = if cfg!(target_os = "linux") {
            account.own.saturating_sub(self.last.own)
        } else {
            clock
        };
        let taken = Taken {
            clock,
            own: own.min(clock),
            switches: account.switches - self.last.switches,
            faults: account.faults - self.last.faults,
        };
        *self = Self { last: account, operations_since: 0 };
        taken
    }
}

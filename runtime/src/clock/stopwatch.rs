//! How long pieces of work take together.

use std::time::Duration;

use crate::clock::Clock;

/// Adds up how long pieces of work take, where there is a clock to ask; without one nothing is measured, and nothing is spent on it.
pub(crate) struct Stopwatch<'a> {
    clock: Option<&'a dyn Clock>,
    total: Duration,
}

impl<'a> Stopwatch<'a> {
    pub(crate) const fn new(clock: Option<&'a dyn Clock>) -> Self {
        let total = Duration::ZERO;
        Self { clock, total }
    }

    pub(crate) fn time<T>(&mut self, work: impl FnOnce() -> T) -> T {
        let Some(clock) = self.clock else { return work() };
        let began = clock.steady();
        let done = work();
        self.total = self.total.saturating_add(clock.steady().saturating_sub(began));
        done
    }

    pub(crate) const fn total(&self) -> Duration {
        self.total
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::{ManualClock, SystemClock, Timestamp};

    #[test]
    fn adds_up_what_was_timed_alone() {
        let clock = ManualClock::new(Timestamp::from_micros(0));
        let mut stopwatch = Stopwatch::new(Some(&clock));
        for micros in [5, 7] {
            stopwatch.time(|| clock.advance(Duration::from_micros(micros)));
            clock.advance(Duration::from_secs(1));
        }
        // A clock that is set says what time it is, and not how long anything took.
        stopwatch.time(|| clock.set(Timestamp::MAX));
        stopwatch.time(|| clock.set(Timestamp::MIN));
        assert_eq!(stopwatch.total(), Duration::from_micros(12));

        let mut off = Stopwatch::new(None);
        off.time(|| clock.advance(Duration::from_micros(5)));
        assert_eq!(off.total(), Duration::ZERO);
    }

    #[test]
    fn the_computer_never_goes_back() {
        let first = SystemClock.steady();
        assert!(
            (0..1_000)
                .try_fold(first, |last, _| Some(SystemClock.steady()).filter(|now| *now >= last))
                .is_some()
        );
    }
}

//! How long to wait before something that failed is tried again: twice as long each time, up to a bound.

use std::time::Duration;

/// Delays between attempts of one thing, each caller with bounds of its own.
#[derive(Clone, Debug)]
pub(super) struct Delay {
    first: Duration,
    longest: Duration,
    failures: u32,
}

impl Delay {
    /// The first delay, and the longest that it grows to.
    pub(super) const fn new(first: Duration, longest: Duration) -> Self {
        Self {
            first,
            longest,
            failures: 0,
        }
    }

    /// How long to wait now.
    pub(super) fn longer(&mut self) -> Duration {
        let now = doubled(self.first, self.longest, self.failures);
        self.failures = self.failures.saturating_add(1);
        now
    }

    /// It went well, so the next failure is a first one.
    pub(super) const fn reset(&mut self) {
        self.failures = 0;
    }
}

/// The first delay, so many times doubled, and no more than the longest.
pub(super) fn doubled(first: Duration, longest: Duration, times: u32) -> Duration {
    let factor = 1_u32.checked_shl(times);
    factor.map_or(longest, |factor| first.saturating_mul(factor).min(longest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_doubles_to_its_bound_and_begins_again() {
        let mut delay = Delay::new(Duration::from_millis(20), Duration::from_millis(100));
        let mut next = || delay.longer().as_millis();
        assert_eq!([next(), next(), next(), next(), next()], [20, 40, 80, 100, 100]);
        delay.reset();
        assert_eq!(delay.longer().as_millis(), 20);
        let mut endless = Delay::new(Duration::from_secs(1), Duration::MAX);
        for _ in 0..200 {
            endless.longer();
        }
        assert_eq!(
            endless.longer(),
            Duration::MAX,
            "a sum has no end, and does not overflow"
        );
    }
}

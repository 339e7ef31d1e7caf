//! How long a command waits after a conflict before it is decided again.

use std::time::Duration;

use uuid::Uuid;

use crate::runtime::delay::doubled;

/// The longest delay before the second attempt; it doubles with each.
const FIRST_DELAY: Duration = Duration::from_millis(2);
/// The longest delay at all, so that the default attempts wait 30 ms together at most.
const LONGEST_DELAY: Duration = Duration::from_millis(250);

/// How long to wait after this attempt: anything up to a bound that doubles, because rivals that wait equally long meet again. "Full
/// jitter", after Marc Brooker's measurements of backoff.
pub(super) fn delay(attempt: u32) -> Duration {
    let longest = doubled(FIRST_DELAY, LONGEST_DELAY, attempt - 1).as_micros();
    let longest = u64::try_from(longest).unwrap_or(u64::MAX);
    let random = Uuid::new_v4().as_u64_pair().1 & (u64::MAX >> 2);
    Duration::from_micros(random % (longest + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rule 4.4: exponential, fully jittered, bounded.
    #[test]
    fn delays_are_bounded_and_differ() {
        for attempt in 1..100 {
            let bound = FIRST_DELAY
                .saturating_mul(2_u32.saturating_pow(attempt - 1))
                .min(LONGEST_DELAY);
            assert!(delay(attempt) <= bound, "attempt {attempt}");
        }
        let delays = (0..64).map(|_| delay(20)).collect::<std::collections::HashSet<_>>();
        assert!(delays.len() > 1, "delays are drawn");
    }
}

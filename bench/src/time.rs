//! Two sides of one comparison, by the processor time of this thread; and the processor time of all threads.

use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

/// How often each side runs; the fastest round counts, because whatever else the machine does can only add.
const ROUNDS: u32 = 80;

/// Runs both sides in turns and gives the fastest round of each.
pub fn fastest(mut ours: impl FnMut(), mut theirs: impl FnMut()) -> (Duration, Duration) {
    let mut fastest = (Duration::MAX, Duration::MAX);
    for round in 0..ROUNDS {
        // Whoever comes second finds the caches as the first has left them.
        if round % 2 == 0 {
            fastest.0 = fastest.0.min(spent(&mut ours));
            fastest.1 = fastest.1.min(spent(&mut theirs));
        } else {
            fastest.1 = fastest.1.min(spent(&mut theirs));
            fastest.0 = fastest.0.min(spent(&mut ours));
        }
    }
    fastest
}

fn spent(run: &mut impl FnMut()) -> Duration {
    let before = now();
    run();
    now().saturating_sub(before)
}

/// The processor time of this thread since it began.
fn now() -> Duration {
    of(ClockId::ThreadCPUTime)
}

/// The processor time of all threads of this program since it began.
#[must_use]
pub fn of_all_threads() -> Duration {
    of(ClockId::ProcessCPUTime)
}

fn of(clock: ClockId) -> Duration {
    let time = clock_gettime(clock);
    let (seconds, nanos) = (u64::try_from(time.tv_sec), u32::try_from(time.tv_nsec));
    Duration::new(seconds.unwrap_or_default(), nanos.unwrap_or_default())
}

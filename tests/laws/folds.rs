//! Domains whose folds break a law. Rules 11.4, 5.1 and 5.2.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use recount::Aggregate;
use recount::testing::laws::{Laws, fold_splits, fold_total, fold_twice, snapshot_every_cut};
use serde::{Deserialize, Serialize};

use crate::kit::{breaks, failure};

/// What can happen to a counter.
#[recount::events(prefix = "counter")]
#[derive(Clone, Debug, PartialEq)]
pub enum CounterEvent {
    /// It is there.
    Started { label: String },
    /// It goes up.
    Counted { by: u8 },
}

/// An aggregate of these events whose field `count` is as large as `$start`, and changed by `$count`.
macro_rules! counter {
    ($(#[$attributes:meta])* $Counter:ident { $count:ty = $start:expr } $counted:expr) => {
        $(#[$attributes])*
        #[derive(Aggregate, Debug)]
        #[aggregate(name = "counter", id = u64, events = CounterEvent)]
        pub struct $Counter {
            count: $count,
        }

        #[recount::handlers]
        impl $Counter {
            #[apply]
            fn started(_: &Started) -> Self {
                Self { count: $start }
            }

            #[apply]
            fn counted(&mut self, event: &Counted) {
                let counted: fn(&mut $count, u8) = $counted;
                counted(&mut self.count, event.by);
            }
        }
    };
}

counter!(
    /// Is told once, and not twice.
    #[derive(PartialEq)]
    Once { u8 = 0 } |count, _| {
        assert!(*count == 0, "told twice");
        *count = 1;
    }
);

/// Rule 5.1: an event at which the fold panics is found, and the history that shows it is cut to what it needs.
#[test]
fn fold_total_finds_the_shortest_history() {
    let said = failure(|laws| fold_total::<Once>(&laws.clone().small_numbers()));
    assert_eq!(
        said,
        r#"the law `fold_total` of `counter` is broken: the last event makes its `#[apply]` panic: told twice
the shortest history found, as it is stored:
  {"name":"counter.started","version":1,"floor":1,"payload":{"label":"label 1"}}
  {"name":"counter.counted","version":1,"floor":1,"payload":{"by":1}}
  {"name":"counter.counted","version":1,"floor":1,"payload":{"by":1}}
the same again: RECOUNT_SEED=1"#
    );
}

counter!(
    /// Overflows where numbers are large.
    #[derive(PartialEq)]
    Overflowing { u64 = u64::MAX - 2_000 } |count, by| {
        *count = count.checked_add(u64::from(by)).expect("no overflow");
    }
);

/// Rule 11.4: numbers at the ends of their types are left out where the domain says that they cannot be.
#[test]
fn small_numbers_are_small() {
    breaks("fold_total", "counter", |laws| {
        fold_total::<Overflowing>(&laws.clone().cases(1_000).longest(60));
    });
    fold_total::<Overflowing>(&Laws::new().seed(1).small_numbers());
}

counter!(
    /// Counts what all counters of the program were told.
    #[derive(PartialEq)]
    Forgetful { u64 = 0 } |count, _| {
        static ALL: AtomicU64 = AtomicU64::new(0);
        *count = ALL.fetch_add(1, Ordering::Relaxed);
    }
);

/// Rule 5.1: the same events, another state.
#[test]
fn fold_twice_is_broken_by_a_global() {
    breaks("fold_twice", "counter", fold_twice::<Forgetful>);
    let said = failure(fold_twice::<Forgetful>);
    let events = said.lines().filter(|line| line.starts_with("  {")).count();
    assert_eq!(events, 2, "{said}");
}

/// A number that copies share.
#[derive(Clone, Debug)]
pub struct Shared(Arc<AtomicU64>);

impl PartialEq for Shared {
    fn eq(&self, other: &Self) -> bool {
        self.0.load(Ordering::Relaxed) == other.0.load(Ordering::Relaxed)
    }
}

counter!(
    /// Its copies share what they count.
    #[derive(Clone, PartialEq)]
    Sharing { Shared = Shared(Arc::default()) } |count, by| {
        count.0.fetch_add(u64::from(by), Ordering::Relaxed);
    }
);

/// Rule 5.2: a state that changes with its copy is another one when it goes on.
#[test]
fn fold_splits_is_broken_by_a_copy_that_shares() {
    fold_twice::<Sharing>(&Laws::new());
    breaks("fold_splits", "counter", fold_splits::<Sharing>);
}

/// What is not written, and counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Halves {
    shown: u64,
    #[serde(skip)]
    hidden: u64,
}

counter!(
    /// Loses a half when it is written.
    #[derive(PartialEq, Serialize, Deserialize)]
    Losing { Halves = Halves::default() } |count, by| {
        count.hidden = count.hidden.wrapping_add(u64::from(by));
        count.shown = count.hidden;
    }
);

/// Rules 5.2 and 11.4: a snapshot and its tail are not the full replay.
#[test]
fn snapshot_every_cut_is_broken_by_what_is_not_written() {
    fold_splits::<Losing>(&Laws::new());
    breaks("snapshot_every_cut", "counter", snapshot_every_cut::<Losing>);
}

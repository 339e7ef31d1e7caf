//! Views that keep the laws of views, and for each law one that breaks it. Rules 8.1, 8.3 and 11.4.

use std::any::Any;
use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use recount::testing::laws::{Laws, view_batches_agree, view_rebuild_equals_live, view_twice_is_once};
use recount::{Consumer, EventName, EventVersion, InMemory, Meta, Projection, Projects, Source};
use serde::{Deserialize, Serialize};

use crate::folds::{Counted, Once, Started};
use crate::kit::{breaks, failure};

/// What each counter has been told; large numbers are none of its.
#[derive(Projection, Clone, Debug, Default, Serialize, Deserialize)]
#[projection(name = "sums", reads(Once))]
pub struct Sums {
    labels: BTreeMap<String, String>,
    by_counter: BTreeMap<u64, u64>,
}

#[recount::handlers]
impl Sums {
    #[on]
    fn started(&mut self, event: &Started, meta: &Meta) {
        self.labels.insert(meta.id().to_owned(), event.label.clone());
    }

    #[on]
    fn counted(&mut self, event: &Counted, meta: &Meta) {
        assert!(event.by < 200, "too large");
        let counter = meta.id().parse().expect("a number");
        *self.by_counter.entry(counter).or_default() += u64::from(event.by);
    }
}

// Rule 11.4: a handler may panic, which stops its projection, and the laws are of all other events.
mod sound {
    use recount::testing::laws::Laws;

    recount::laws!(projection = super::Sums, options = Laws::new().cases(60));
}

/// A view with a `count` that is changed by `$counted`.
macro_rules! view {
    ($(#[$attributes:meta])* $View:ident { $count:ty } copy = $copy:expr, $counted:expr) => {
        $(#[$attributes])*
        #[derive(Debug, Default, Serialize, Deserialize)]
        pub struct $View {
            count: $count,
        }

        impl Consumer for $View {
            const NAME: &'static str = "view";
            const READS: &'static [Source] = &[Source::of::<Once>()];
        }

        impl Projection for $View {
            type View = InMemory<Self>;
            const COPY: Option<fn(&Self) -> Self> = $copy;
        }

        impl Projects for $View {
            const NEEDS: &'static [EventName] = &[Counted::NAME];

            fn project(view: &mut Self, event: &dyn Any, _: &Meta) -> Result<bool, Infallible> {
                let Some(event) = event.downcast_ref::<Counted>() else {
                    return Ok(false);
                };
                let counted: fn(&mut $count, u8) = $counted;
                counted(&mut view.count, event.by);
                Ok(true)
            }
        }
    };
}

view!(
    /// Counts what all views of the program were told.
    Forgetful { u64 } copy = None, |count, _| {
        static ALL: AtomicU64 = AtomicU64::new(1);
        *count = ALL.fetch_add(1, Ordering::Relaxed);
    }
);

/// Rule 8.1: the same events, another view. What is not handled is no part of the history that shows it.
#[test]
fn view_twice_is_once_is_broken_by_a_global() {
    breaks("view_twice_is_once", "view", view_twice_is_once::<Forgetful>);
    let said = failure(view_twice_is_once::<Forgetful>);
    let events: Vec<_> = said
        .lines()
        .filter(|line| line.contains('{') && line.contains("floor"))
        .collect();
    assert_eq!(
        events,
        [r#"  counter/1 {"name":"counter.counted","version":1,"floor":1,"payload":{"by":1}}"#],
        "{said}"
    );
    assert!(said.contains("the views differ at `count`"), "{said}");
}

/// What is not written, and counts.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub struct Halves {
    shown: u64,
    #[serde(skip)]
    hidden: u64,
}

view!(
    /// Loses a half when it is written.
    Losing { Halves } copy = None, |count, by| {
        count.hidden += u64::from(by);
        count.shown = count.hidden;
    }
);

/// Rule 11.4: a view that is gone on with after a restart is not the one that goes on.
#[test]
fn view_batches_agree_is_broken_by_what_is_not_written() {
    view_twice_is_once::<Losing>(&Laws::new());
    breaks("view_batches_agree", "view", view_batches_agree::<Losing>);
}

/// A number that copies share.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(from = "u64", into = "u64")]
pub struct Shared(Arc<AtomicU64>);

impl From<u64> for Shared {
    fn from(number: u64) -> Self {
        Self(Arc::new(AtomicU64::new(number)))
    }
}

impl From<Shared> for u64 {
    fn from(Shared(number): Shared) -> Self {
        number.load(Ordering::Relaxed)
    }
}

view!(
    /// Its copies share what they count.
    Sharing { Shared } copy = Some(|view| Self { count: view.count.clone() }), |count, by| {
        count.0.fetch_add(u64::from(by), Ordering::Relaxed);
    }
);

/// Rule 8.3: what is shown changes with the copy that is fed, so a query could see a half of a decision.
#[test]
fn view_batches_agree_is_broken_by_a_copy_that_shares() {
    view_twice_is_once::<Sharing>(&Laws::new());
    let said = failure(view_batches_agree::<Sharing>);
    assert!(
        said.contains("changes when 1 more are handed to a copy of it"),
        "{said}"
    );
}

/// What was counted, and how many copies were made on the way.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub struct Copied {
    events: u64,
    copies: u64,
}

view!(
    /// Is another one after each copy.
    Copying { Copied }
    copy = Some(|view| {
        let Copied { events, copies } = view.count;
        Self {
            count: Copied {
                events,
                copies: copies + u64::from(events > 0),
            },
        }
    }),
    |count, _| count.events += 1
);

/// Rule 11.4: three events are enough to tell a view that was fed while it was looked at from one that is built at once.
#[test]
fn view_rebuild_equals_live_is_broken_by_copies_that_count() {
    view_twice_is_once::<Copying>(&Laws::new());
    breaks("view_rebuild_equals_live", "view", view_rebuild_equals_live::<Copying>);
    let said = failure(view_rebuild_equals_live::<Copying>);
    assert!(said.contains("differ at `count.copies`"), "{said}");
    let events = said.lines().filter(|line| line.contains("counter.counted")).count();
    assert_eq!(events, 3, "{said}");
}

view!(
    /// Takes nothing.
    Refusing { u64 } copy = None, |_, _| panic!("nothing is right")
);

/// Rule 11.4: a law that no event can be tried on does not hold; it was not tried.
#[test]
fn a_view_that_nothing_can_be_handed_to_has_no_laws() {
    let said = failure(view_twice_is_once::<Refusing>);
    assert!(
        said.starts_with("no event can be handed to an empty view of `view`"),
        "{said}"
    );
}

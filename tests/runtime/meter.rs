//! A small domain with a handler for each thing that can go wrong: a meter that counts.

use std::sync::atomic::{AtomicU32, Ordering};

use recount::{Aggregate, Context, Runtime};

/// What can happen to a meter.
#[recount::events(prefix = "meter")]
#[derive(Clone, Debug, PartialEq)]
pub enum MeterEvent {
    /// It counts from now on.
    Installed { at: String, id: String },
    /// It has counted.
    Counted { by: u64 },
    /// It has a weight, which can be a float that JSON has not.
    Weighed { grams: Option<f64> },
    /// It counts no more.
    Removed,
}

/// A rejection that is neither `Clone` nor `Display`, nor an `Error`.
#[derive(Debug, PartialEq)]
pub struct TooMuch(pub u64);

/// How often `count_up` was called, for tests that run alone on their meter.
pub static CALLS: AtomicU32 = AtomicU32::new(0);

/// What `drift` takes from elsewhere.
static DRIFT: AtomicU32 = AtomicU32::new(0);

/// The state. Not `Clone` and not `PartialEq`, as a user's may be.
#[derive(Aggregate, Debug)]
#[aggregate(name = "meter", id = String, events = MeterEvent)]
pub struct Meter {
    pub count: u64,
    pub events: u64,
}

#[recount::handlers(commands = MeterCommand)]
impl Meter {
    /// Creates, with time and id of the context.
    #[command]
    pub fn install(cx: &Context) -> Installed {
        Installed {
            at: cx.now().to_string(),
            id: cx.new_id().to_string(),
        }
    }

    /// Changes, up to a bound.
    #[command]
    pub fn count(&self, by: u64) -> Result<Counted, TooMuch> {
        CALLS.fetch_add(1, Ordering::SeqCst);
        if self.count + by > 1_500 {
            Err(TooMuch(self.count + by))
        } else {
            Ok(Counted { by })
        }
    }

    /// Either: installs the meter if need be, then counts.
    #[command]
    pub fn ensure(meter: Option<&Self>, by: u64, cx: &Context) -> (Option<Installed>, [Counted; 1]) {
        (meter.is_none().then(|| Self::install(cx)), [Counted { by }])
    }

    /// Decides nothing, in each way there is.
    #[command]
    pub fn look(&self, way: u8) -> Result<(Option<Counted>, Vec<Counted>), TooMuch> {
        let _ = way;
        Ok((None, Vec::new()))
    }

    /// Decides what can be large.
    #[command]
    pub fn flood(&self, events: usize) -> Vec<Counted> {
        vec![Counted { by: 0 }; events]
    }

    /// Decides a creation of what exists.
    #[command]
    pub fn install_again(&self) -> Installed {
        Installed {
            at: String::new(),
            id: String::new(),
        }
    }

    /// Decides a change of what does not exist.
    #[command]
    pub fn count_nothing(meter: Option<&Self>) -> Counted {
        let _ = meter;
        Counted { by: 1 }
    }

    /// Decides what JSON cannot carry.
    #[command]
    pub fn weigh(&self, is_heavy: bool) -> Weighed {
        Weighed {
            grams: Some(if is_heavy { f64::INFINITY } else { 1.5 }),
        }
    }

    /// Panics where it decides.
    #[command]
    pub fn explode(&self, words: String) -> Counted {
        panic!("{words}")
    }

    /// Decides on what it should not know.
    #[command]
    pub fn drift(&self) -> Counted {
        Counted {
            by: u64::from(DRIFT.fetch_add(1, Ordering::SeqCst)),
        }
    }

    /// Decides an event whose `#[apply]` panics.
    #[command]
    pub fn remove(&self) -> Removed {
        Removed
    }

    #[apply]
    fn installed(_: &Installed) -> Self {
        Self { count: 0, events: 1 }
    }

    #[apply]
    fn counted(&mut self, event: &Counted) {
        self.count += event.by;
        self.events += 1;
    }

    #[apply]
    fn weighed(&mut self, _: &Weighed) {
        self.events += 1;
    }

    #[apply]
    fn removed(self, _: &Removed) -> Self {
        panic!("no meter is ever removed")
    }
}

/// A runtime that knows the meter, on this store.
pub async fn on(store: impl recount::EventStore) -> Runtime {
    Runtime::builder()
        .store(store)
        .aggregate::<Meter>()
        .start()
        .await
        .expect("a runtime on a store that answers")
}

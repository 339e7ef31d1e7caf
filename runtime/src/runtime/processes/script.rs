//! A process without its type, and how it is registered.

use std::any::{Any, type_name};

use crate::aggregate::FoldError;
use crate::consumer::Source;
use crate::envelope::Meta;
use crate::runtime::Builder;
use crate::runtime::following::Prepared;
use crate::runtime::policies::{HOPS, Redriving};
use crate::runtime::processes::Processing;
use crate::runtime::processes::instance::State;
use crate::runtime::reaction::{self, Effect, Instances, Process, Reaction, Reactor};
use crate::runtime::registration::Registration;

/// A process without its type.
pub(super) struct Script {
    pub(super) name: &'static str,
    pub(super) reads: &'static [Source],
    pub(super) reactions: &'static [Reaction],
    pub(super) hops: u32,
    /// How many instances may be parked.
    pub(super) max_parked: u32,
    pub(super) instance: fn(&dyn Any, &Meta) -> Option<reaction::Instance>,
    pub(super) state: fn() -> Box<dyn State>,
    /// How many bytes a state has, without what it holds on the heap.
    pub(super) size: usize,
}

impl Script {
    pub(super) fn of<P: Instances>() -> Self {
        Self {
            name: P::NAME,
            reads: P::READS,
            reactions: P::SENDS,
            hops: P::HOPS.unwrap_or(HOPS),
            max_parked: <P as Process>::MAX_PARKED,
            instance: P::instance,
            state: || Box::new(StateOf::<P>(None)),
            size: size_of::<P>(),
        }
    }
}

/// The state of an instance of a type.
struct StateOf<P>(Option<P>);

impl<P: Instances> State for StateOf<P> {
    fn fold(&mut self, input: &dyn Any) -> Result<(), FoldError> {
        P::fold(&mut self.0, input)
    }

    fn react(&self, input: &dyn Any, meta: &Meta, out: &mut Vec<Effect>) -> Option<bool> {
        self.0.as_ref().map(|state| state.react_to(input, meta, out))
    }
}

impl<S> Builder<S> {
    /// A process: instances with a state, that react to events over time.
    ///
    /// It begins where it says, `start = now` or `start = beginning`, when a runtime is started with it for the first time. All of an
    /// instance is kept in the store of events, in the category `$process`. Timers go by [`clock`](Self::clock).
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/account.rs"));
    /// use std::time::Duration;
    ///
    /// use recount::{After, Command, Due, End, ManualClock, MemoryStore, Meta, OrPark, Process, Runtime, Timer, Timestamp};
    /// use serde::{Deserialize, Serialize};
    ///
    /// /// A month has passed.
    /// #[derive(Timer, Serialize, Deserialize)]
    /// #[timer(name = "month")]
    /// struct Month {}
    ///
    /// /// A present a month after an account was opened.
    /// #[derive(Process)]
    /// #[process(name = "loyalty", id = String, reads(Account), start = beginning)]
    /// struct Loyalty {
    ///     account: String,
    /// }
    ///
    /// #[recount::handlers]
    /// impl Loyalty {
    ///     #[apply]
    ///     fn begun(event: &Opened) -> Self {
    ///         Self { account: event.owner.clone() }
    ///     }
    ///     #[on(start, key = meta.id().to_owned())]
    ///     fn opened(&self, _: &Opened, meta: &Meta) -> After<Month> {
    ///         After(Duration::from_secs(30 * 86_400), Month {})
    ///     }
    ///     #[on]
    ///     fn month(&self, _: &Due<Month>) -> (OrPark<Deposit>, End) {
    ///         (Deposit { amount: 10 }.to(&self.account).or_park(), End)
    ///     }
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let clock = ManualClock::new(Timestamp::from_micros(0));
    /// let store = MemoryStore::with_clock(clock.clone());
    /// let builder = Runtime::builder().store(store).clock(clock.clone()).aggregate::<Account>();
    /// let runtime = builder.process::<Loyalty>().start().await?;
    /// runtime.execute("ada", Open { owner: "ada".into() }).await?;
    /// runtime.settle().await?;
    /// clock.advance(Duration::from_secs(30 * 86_400));
    /// runtime.settle().await?;
    /// assert_eq!(runtime.load::<Account>("ada").await?.map(|account| account.balance), Some(10));
    /// let case = runtime.case::<Loyalty>("ada").await?.ok_or("it was started")?;
    /// assert!(case.ended);
    /// # runtime.shutdown().await;
    /// # Ok(())
    /// # }
    /// ```
    pub fn process<P: Instances>(self) -> Self {
        let reactor = Reactor {
            name: P::NAME,
            reactions: P::SENDS,
            is_bounded: P::HOPS.is_some(),
        };
        self.registration(Registration {
            reactor: Some(reactor),
            rust: type_name::<P>(),
            prepare: Box::new(|| {
                let (redrives, redriving) = Redriving::new();
                Ok(Prepared::new(Processing::new::<P>(redriving)?, Some(redrives)))
            }),
        })
    }
}

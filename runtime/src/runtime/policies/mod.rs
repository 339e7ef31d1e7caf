//! Policies at work: what they answer to each event is sent, until each command has an outcome; then the checkpoint moves.

mod delivery;
mod notes;
mod redrive;

use std::any::{Any, type_name};
use std::collections::BTreeSet;
use std::sync::Arc;

use crate::consumer::{self, Source};
use crate::envelope::Meta;
use crate::runtime::Builder;
use crate::runtime::feed::Served;
use crate::runtime::following::{Halt, Plan, Prepared, Tended, Term, Work, in_lanes, lane};
use crate::runtime::policies::delivery::{Lane, Walked};
use crate::runtime::policies::notes::Notes;
use crate::runtime::reaction::{Effect, Policy, Reaction, Reactor, Reacts};
use crate::runtime::registration::Registration;
use crate::store::{CheckpointStore, ConsumerName, InvalidConsumer};
use crate::stream::{Position, StreamId};

pub(super) use delivery::{identity, too_deep};
pub(super) use redrive::{Redrive, Redriving};
pub use redrive::{RedriveError, Redriven};

/// How many reactions may lie before an event, unless another bound is declared.
pub(super) const HOPS: u32 = 64;

/// A policy without its type.
pub(super) struct Script {
    name: &'static str,
    reads: &'static [Source],
    reactions: &'static [Reaction],
    hops: u32,
    react: React,
}

type React = Box<dyn Fn(&dyn Any, &Meta, &mut Vec<Effect>) -> bool + Send + Sync>;

/// A policy at work.
pub(super) struct Policing {
    plan: Plan,
    script: Arc<Script>,
    /// The streams of parked events: what comes later in them is parked behind.
    parked: Arc<BTreeSet<String>>,
    redrives: Redriving,
}

impl Policing {
    pub(super) fn new<P: Policy + Reacts>(redrives: Redriving) -> Result<Self, InvalidConsumer> {
        let policy = P::default();
        let script = Script {
            name: P::NAME,
            reads: P::READS,
            reactions: P::SENDS,
            hops: P::HOPS.unwrap_or(HOPS),
            react: Box::new(move |input, meta, out| policy.react_to(input, meta, out)),
        };
        Ok(Self {
            plan: Plan {
                name: ConsumerName::new(P::NAME)?,
                filter: consumer::filter(P::READS, P::NEEDS, None),
                start: P::START,
            },
            script: Arc::new(script),
            parked: Arc::default(),
            redrives,
        })
    }
}

impl<S> Builder<S> {
    /// A policy: what it answers to events is sent, each command once.
    ///
    /// It begins where it says, `start = now` or `start = beginning`, when a runtime is started with it for the first time, and goes on
    /// from there ever after. [`Runtime::redrive`](crate::Runtime::redrive) delivers again what it has parked.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/account.rs"));
    /// use recount::{Command, MemoryStore, Meta, OrPark, Policy, Runtime};
    ///
    /// /// A present for every new account.
    /// #[derive(Policy, Default)]
    /// #[policy(name = "welcome", reads(Account), start = beginning)]
    /// struct Welcome;
    ///
    /// #[recount::handlers]
    /// impl Welcome {
    ///     #[on]
    ///     fn opened(&self, _: &Opened, meta: &Meta) -> OrPark<Deposit> {
    ///         Deposit { amount: 5 }.to(meta.id()).or_park()
    ///     }
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let runtime = Runtime::builder().store(MemoryStore::new()).aggregate::<Account>().policy::<Welcome>().start().await?;
    /// runtime.execute("acc-101", Open { owner: "Ada".into() }).await?;
    /// runtime.settle().await?;
    /// assert_eq!(runtime.load::<Account>("acc-101").await?.map(|account| account.balance), Some(5));
    /// assert_eq!(runtime.redrive("welcome").await?.done, 0, "nothing is parked");
    /// # runtime.shutdown().await;
    /// # Ok(())
    /// # }
    /// ```
    pub fn policy<P: Policy + Reacts>(self) -> Self {
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
                Ok(Prepared::new(Policing::new::<P>(redriving)?, Some(redrives)))
            }),
        })
    }
}

/// The key of an event: its stream.
fn key(stream: &StreamId) -> &str {
    stream.as_str()
}

impl Work for Policing {
    fn plan(&self) -> &Plan {
        &self.plan
    }

    async fn resume(&mut self, term: &Arc<Term>) -> Result<(), Halt> {
        let parked = term.checkpoints.parked(&term.name).await?;
        self.parked = Arc::new(parked.into_iter().map(|parked| parked.key).collect());
        Notes::read(&term.state().await).map(drop).map_err(Halt::Stop)
    }

    async fn take(&mut self, term: &Arc<Term>, served: &Served) -> Result<(), Halt> {
        let notes = Arc::new(Notes::read(&term.state().await).map_err(Halt::Stop)?);
        let mut lanes = std::collections::BTreeMap::<u64, Vec<usize>>::new();
        let mut next = served.next_at(0);
        while let Some((place, event)) = next {
            lanes.entry(lane(key(event.stream))).or_default().push(place);
            next = served.next_at(place + 1);
        }
        let lanes = lanes.into_values().map(|places| {
            let lane = Lane {
                script: Arc::clone(&self.script),
                term: Arc::clone(term),
                notes: Arc::clone(&notes),
                parked: Arc::clone(&self.parked),
            };
            lane.walk(served.clone(), places)
        });
        let mut all = Walked::default();
        for walked in in_lanes(lanes).await? {
            all.join(walked);
        }
        // What comes after the first event that is not completed is delivered again, and has no second effect. Nor is it set aside: what is
        // done before it in its stream, and delivered again as well, would then stand behind it.
        let completed = all.halted.as_ref().map_or(served.page().len(), |(place, _)| *place);
        if let Some(first) = served.page().get(completed) {
            all.letters.retain(|letter| letter.part.position < first.position);
        }
        if all.letters.is_empty() {
            term.complete(served.page(), completed).await?;
        } else {
            let keys = all.letters.iter().map(|letter| letter.key.clone());
            Arc::make_mut(&mut self.parked).extend(keys);
            term.park(served.page(), completed, all.letters).await?;
        }
        match all.halted {
            Some((_, halt)) => Err(halt),
            None => Ok(()),
        }
    }

    fn state(&self, before: &[u8], completed: Position) -> Result<Vec<u8>, Halt> {
        Ok(Notes::forget(before, completed))
    }

    async fn tend(&mut self, term: &Arc<Term>, _: bool) -> Result<Tended, Halt> {
        while let Some(redrive) = self.redrives.next() {
            let lane = Lane {
                script: Arc::clone(&self.script),
                term: Arc::clone(term),
                notes: Arc::default(),
                parked: Arc::default(),
            };
            let redriven = redrive::redrive(&lane, term, &redrive).await?;
            let parked = term.checkpoints.parked(&term.name).await?;
            self.parked = Arc::new(parked.into_iter().map(|parked| parked.key).collect());
            redrive.answer(redriven);
        }
        Ok(Tended {
            parked: self.parked.iter().cloned().collect(),
            ..Tended::default()
        })
    }
}

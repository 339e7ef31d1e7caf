//! Given inputs, when an event or time passes, then what a process does.

use std::any::Any;
use std::collections::BTreeMap;
use std::fmt::{self, Debug};
use std::time::Duration;

use crate::causes::with_causes;
use crate::clock::Timestamp;
use crate::command::{Command, RejectionOf, To};
use crate::envelope::Meta;
use crate::event::Event;
use crate::runtime::{Effect, Failure, Instances, IntoEffects, SentTimer, seen_by_instance, stream_of_instance};
use crate::stream::StreamId;
use crate::testing::inputs::Inputs;
use crate::testing::{StoredEvent, effects};

/// A process, before anything has happened. Events are encoded and decoded on their way, as in the runtime, time passes only by
/// [`after`](Running::after), and each input is reacted to twice: a test fails if the effects differ.
///
/// ```
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/account.rs"));
/// use std::time::Duration;
///
/// use recount::{After, Command, Due, End, Meta, OrPark, Process, Timer, testing};
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Timer, Serialize, Deserialize)]
/// #[timer(name = "unused")]
/// struct Unused {}
///
/// /// An account that nothing is paid into for a month gets a present.
/// #[derive(Process)]
/// #[process(name = "presents", id = String, reads(Account), start = now)]
/// struct Presents { account: String, is_used: bool }
///
/// #[recount::handlers]
/// impl Presents {
///     #[apply] fn created(event: &Opened) -> Self { Self { account: event.owner.clone(), is_used: false } }
///     #[apply] fn used(&mut self, _: &Deposited) { self.is_used = true }
///     #[on(start, key = meta.id())] fn opened(&self, _: &Opened, meta: &Meta) -> After<Unused> {
///         After(Duration::from_secs(30 * 86_400), Unused {})
///     }
///     #[on(key = meta.id())] fn deposited(&self, _: &Deposited, meta: &Meta) -> End { End }
///     #[on] fn unused(&self, _: &Due<Unused>, _: &Meta) -> (OrPark<Deposit>, End) {
///         (Deposit { amount: 5 }.to(self.account.as_str()).or_park(), End)
///     }
/// }
///
/// # fn main() {
/// testing::process::<Presents>()
///     .given("Ada", Opened { owner: "Ada".into() })
///     .after(Duration::from_secs(29 * 86_400)).then_nothing()
///     .after(Duration::from_secs(86_400)).then((Deposit { amount: 5 }.to("Ada").or_park(), End));
/// # }
/// ```
#[must_use = "a test says what follows: add `.then(..)`"]
pub fn process<P: Instances>() -> Running<P> {
    Running {
        inputs: Inputs::new(),
        play: Play {
            instances: BTreeMap::new(),
            last: String::new(),
            effects: Vec::new(),
        },
    }
}

/// A process, its instances, and what came of the last input; made by [`process`].
pub struct Running<P> {
    inputs: Inputs,
    play: Play<P>,
}

struct Play<P> {
    instances: BTreeMap<String, Instance<P>>,
    /// The instance that had the last input.
    last: String,
    effects: Vec<Effect>,
}

struct Instance<P> {
    state: Option<P>,
    timers: BTreeMap<&'static str, Pending>,
    has_ended: bool,
}

/// A timer that was set.
struct Pending {
    due: Timestamp,
    timer: &'static SentTimer,
    payload: Vec<u8>,
}

impl<P: Instances> Running<P> {
    /// This has happened to the aggregate of this id: the process has seen it, and its timers are set. What it sent is past.
    ///
    /// # Panics
    /// If the event belongs to no aggregate that the process reads, cannot be written or read, or does not fit the state of its instance.
    #[must_use = "a test says what follows: add `.then(..)`"]
    #[track_caller]
    pub fn given<E: Event>(self, id: &str, event: E) -> Self {
        self.when(id, event)
    }

    /// This happens to the aggregate of this id.
    ///
    /// # Panics
    /// As [`given`](Self::given).
    #[must_use = "a test says what follows: add `.then(..)`"]
    #[track_caller]
    pub fn when<E: Event>(self, id: &str, event: E) -> Self {
        self.when_stored(id, Inputs::stored(&event))
    }

    /// The same, as an earlier release has written it.
    ///
    /// # Panics
    /// As [`given`](Self::given).
    #[must_use = "a test says what follows: add `.then(..)`"]
    #[track_caller]
    pub fn when_stored(mut self, id: &str, event: StoredEvent) -> Self {
        let play = &mut self.play;
        play.effects.clear();
        self.inputs
            .hand::<P>(id, &event, &mut |event, meta| play.event(event, meta));
        self
    }

    /// A command that the instance of the last input has sent was refused.
    ///
    /// # Panics
    /// If the process has no `#[on]` for that, or there is no such instance.
    #[must_use = "a test says what follows: add `.then(..)`"]
    #[track_caller]
    pub fn when_failed<C: Command>(mut self, sent: To<C>, why: Failure<RejectionOf<C>>) -> Self {
        let failed = effects::failed::<P, C>(sent, why);
        let meta = self.inputs.meta(of_instance::<P>(&self.play.last));
        self.play.effects.clear();
        if !self.play.react(&self.play.last.clone(), &failed, &meta) {
            effects::nobody::<P, C>();
        }
        self
    }

    /// So much time passes. Timers that are due come back in the order of their times, each at its time.
    ///
    /// # Panics
    /// If a timer cannot be read back, or the process has no `#[on]` for it.
    #[must_use = "a test says what follows: add `.then(..)`"]
    #[track_caller]
    pub fn after(mut self, time: Duration) -> Self {
        let until = later(self.inputs.now, time);
        self.play.effects.clear();
        while let Some((key, pending)) = self.play.take_due(until) {
            self.inputs.now = pending.due;
            let due = match (pending.timer.due)(&pending.payload) {
                Ok(due) => due,
                Err(error) => panic!(
                    "the timer `{}` cannot be read back: {}",
                    pending.timer.name,
                    with_causes(&error)
                ),
            };
            let meta = self.inputs.meta(of_instance::<P>(&key));
            let is_heard = self.play.react(&key, &*due, &meta);
            assert!(
                is_heard,
                "`{}` has no `#[on]` for its timer `{}`",
                P::NAME,
                pending.timer.name
            );
        }
        self.inputs.now = until;
        self
    }

    /// The process answers the last input with these effects, in this order: what its methods would return.
    ///
    /// # Panics
    /// If it does not.
    #[track_caller]
    pub fn then(self, expected: impl IntoEffects<P>) -> Self {
        effects::expect(expected, &self.play.effects);
        self
    }

    /// The process does nothing.
    ///
    /// # Panics
    /// If it does something.
    #[track_caller]
    pub fn then_nothing(self) -> Self {
        self.then(())
    }

    /// The state of the instance that had the last input passes `check`.
    ///
    /// # Panics
    /// If there is no such instance, or `check` panics.
    #[track_caller]
    pub fn then_state(self, check: impl FnOnce(&P)) -> Self {
        let instance = self.play.instances.get(&self.play.last);
        match instance.and_then(|instance| instance.state.as_ref()) {
            Some(state) => check(state),
            None => panic!("no instance of `{}` was started", P::NAME),
        }
        self
    }

    /// The instance that had the last input has ended.
    ///
    /// # Panics
    /// If it has not.
    #[track_caller]
    pub fn then_ended(self) -> Self {
        let instance = self.play.instances.get(&self.play.last);
        let has_ended = instance.is_some_and(|instance| instance.has_ended);
        assert!(has_ended, "the instance `{}` of `{}` goes on", self.play.last, P::NAME);
        self
    }
}

impl<P: Instances> Play<P> {
    /// An event goes to its instance, if that was started and has not ended.
    #[track_caller]
    fn event(&mut self, event: &dyn Any, meta: &Meta) {
        let Some(found) = P::instance(event, meta) else {
            return;
        };
        if found.starts {
            self.instances.entry(found.key.clone()).or_insert_with(|| Instance {
                state: None,
                timers: BTreeMap::new(),
                has_ended: false,
            });
        }
        let Some(instance) = self.instances.get_mut(&found.key).filter(|known| !known.has_ended) else {
            return;
        };
        if let Err(error) = P::fold(&mut instance.state, event) {
            panic!(
                "the instance `{}` of `{}` cannot have this event: {}",
                found.key,
                P::NAME,
                with_causes(&error)
            );
        }
        self.react(&found.key, event, meta);
    }

    /// An instance reacts; `false` if it has no reaction to this.
    #[track_caller]
    fn react(&mut self, key: &str, input: &dyn Any, meta: &Meta) -> bool {
        key.clone_into(&mut self.last);
        let Some(instance) = self.instances.get_mut(key) else {
            panic!("no instance of `{}` was started", P::NAME);
        };
        let Some(state) = &instance.state else {
            panic!(
                "`{}` starts at an event that creates no state: add an `#[apply]` that returns `Self`",
                P::NAME
            );
        };
        let Some(effects) = effects::of(state, input, meta) else {
            return false;
        };
        for effect in &effects {
            match effect {
                Effect::Timer { timer, after, payload } => {
                    let due = later(meta.recorded_at, *after);
                    // What cannot be written is said where the effects are compared.
                    let payload = payload.as_ref().map_or_else(|_| Vec::new(), Vec::clone);
                    instance.timers.insert(timer.name, Pending { due, timer, payload });
                }
                Effect::CancelTimer { name } => drop(instance.timers.remove(name)),
                Effect::End => {
                    instance.timers.clear();
                    instance.has_ended = true;
                }
                Effect::Command { .. } => {}
            }
        }
        self.effects.extend(effects);
        true
    }

    /// The first timer that is due, and the instance that has set it.
    fn take_due(&mut self, until: Timestamp) -> Option<(String, Pending)> {
        let timers = self.instances.iter().flat_map(|(key, instance)| {
            let of_instance = instance.timers.iter();
            of_instance.map(move |(name, pending)| (pending.due, key, *name))
        });
        let (due, key, name) = timers.min()?;
        if due > until {
            return None;
        }
        let key = key.clone();
        let pending = self.instances.get_mut(&key)?.timers.remove(name)?;
        Some((key, pending))
    }
}

/// The stream of an instance, as its reactions see it.
#[track_caller]
fn of_instance<P: Instances>(key: &str) -> StreamId {
    match stream_of_instance(P::NAME, key) {
        Ok(stream) => seen_by_instance(P::NAME, &stream),
        Err(error) => panic!("an instance of `{}` cannot have this id: {error}", P::NAME),
    }
}

fn later(from: Timestamp, by: Duration) -> Timestamp {
    let by = i64::try_from(by.as_micros()).unwrap_or(i64::MAX);
    Timestamp::from_micros(from.as_micros().saturating_add(by))
}

impl<P> Debug for Running<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Running")
            .field("effects", &self.play.effects)
            .finish_non_exhaustive()
    }
}

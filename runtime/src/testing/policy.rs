//! When an event, then what a policy does.

use std::any::Any;
use std::fmt::{self, Debug};

use crate::clock::Timestamp;
use crate::command::{Command, RejectionOf, To};
use crate::envelope::Meta;
use crate::event::Event;
use crate::runtime::{Effect, Failure, IntoEffects, Policy, Reacts};
use crate::testing::inputs::Inputs;
use crate::testing::{StoredEvent, effects};

/// A policy, before anything has happened. Events are encoded and decoded on their way, as in the runtime, and each is reacted to twice: a
/// test fails if the effects differ.
///
/// ```
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/account.rs"));
/// use recount::{Command, Meta, OrPark, Policy, testing};
///
/// /// Greets a new account with a present.
/// #[derive(Policy, Default)]
/// #[policy(name = "presents", reads(Account), start = now)]
/// struct Presents;
///
/// #[recount::handlers]
/// impl Presents {
///     #[on] fn opened(&self, _: &Opened, meta: &Meta) -> OrPark<Deposit> {
///         Deposit { amount: 5 }.to(meta.id()).or_park()
///     }
/// }
///
/// # fn main() {
/// testing::react::<Presents>()
///     .when("acc-1", Opened { owner: "Ada".into() })
///     .then(Deposit { amount: 5 }.to("acc-1").or_park());
/// # }
/// ```
#[must_use = "a test says what follows: add `.then(..)`"]
pub fn react<P: Policy + Reacts>() -> Reacting<P> {
    Reacting {
        policy: P::default(),
        inputs: Inputs::new(),
        meta: None,
        effects: Vec::new(),
    }
}

/// A policy and what came of the last input; made by [`react`].
pub struct Reacting<P> {
    policy: P,
    inputs: Inputs,
    /// Of the last event: what a failure is answered with too.
    meta: Option<Meta>,
    effects: Vec<Effect>,
}

impl<P: Policy + Reacts> Reacting<P> {
    /// This happens to the aggregate of this id.
    ///
    /// # Panics
    /// If the event belongs to no aggregate that the policy reads, or cannot be written or read.
    #[must_use = "a test says what follows: add `.then(..)`"]
    #[track_caller]
    pub fn when<E: Event>(self, id: &str, event: E) -> Self {
        self.when_stored(id, Inputs::stored(&event))
    }

    /// The same, as an earlier release has written it.
    ///
    /// # Panics
    /// As [`when`](Self::when).
    #[must_use = "a test says what follows: add `.then(..)`"]
    #[track_caller]
    pub fn when_stored(mut self, id: &str, event: StoredEvent) -> Self {
        let Self {
            policy,
            inputs,
            meta: last,
            effects,
        } = &mut self;
        effects.clear();
        inputs.hand::<P>(id, &event, &mut |event: &dyn Any, meta| {
            effects.extend(effects::of(policy, event, meta).unwrap_or_default());
            *last = Some(meta.clone());
        });
        self
    }

    /// A command that it has sent for the last event was refused.
    ///
    /// # Panics
    /// If the policy has no `#[on]` for that, or there was no event.
    #[must_use = "a test says what follows: add `.then(..)`"]
    #[track_caller]
    pub fn when_failed<C: Command>(mut self, sent: To<C>, why: Failure<RejectionOf<C>>) -> Self {
        let failed = effects::failed::<P, C>(sent, why);
        let Some(meta) = &self.meta else {
            panic!("`{}` has sent nothing yet: say first `.when(..)`", P::NAME);
        };
        self.effects = effects::of(&self.policy, &failed, meta).unwrap_or_else(|| effects::nobody::<P, C>());
        self
    }

    /// What is given next is recorded at this time. Default: [`NOW`](crate::testing::NOW).
    #[must_use = "a test says what follows: add `.then(..)`"]
    pub fn at(mut self, now: Timestamp) -> Self {
        self.inputs.now = now;
        self
    }

    /// The policy answers the last input with these effects, in this order: what its method would return.
    ///
    /// # Panics
    /// If it does not.
    #[track_caller]
    pub fn then(self, expected: impl IntoEffects<P>) -> Self {
        effects::expect(expected, &self.effects);
        self
    }

    /// The policy does nothing.
    ///
    /// # Panics
    /// If it does something.
    #[track_caller]
    pub fn then_nothing(self) -> Self {
        self.then(())
    }
}

impl<P> Debug for Reacting<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reacting")
            .field("effects", &self.effects)
            .finish_non_exhaustive()
    }
}

//! Reactions: what policies and processes do on an event, as data. They perform nothing; the runtime sends what they return.

mod effect;
mod failed;
mod graph;
mod into_effects;
mod outgoing;
mod timer;

use std::any::Any;

pub use effect::{Effect, Sends, Sent, SentTimer};
pub(super) use effect::{Errand, Sending};
pub use failed::{Failed, Failure};
pub(super) use graph::{Reactor, unbounded_loop};
pub use into_effects::{HandlesFailure, HandlesTimer, IntoEffects};
pub(super) use outgoing::{Outgoing, StoredCommand, sends_command, timer};
pub use timer::{After, CancelTimer, Due, End, Recordable, Timer};

use crate::aggregate::{Aggregate, FoldError};
use crate::command::Command;
use crate::consumer::{Consumer, Start};
use crate::envelope::Meta;
use crate::event::EventName;
use crate::model::Tree;
use crate::stream::StreamKey;

/// How a policy or a process reacts to one input: an event, a command of its own that [`Failed`], a timer that is [`Due`]. Written by `#[on]`.
pub trait React<E>: Sized {
    /// The method's return type, verbatim.
    type Effects: IntoEffects<Self>;

    /// What shall be done. Nothing is done here.
    fn react(&self, input: &E, meta: &Meta) -> Self::Effects;
}

/// All reactions of a policy or a process. Written by `#[recount::handlers]` on the block with the `#[on]` methods.
#[diagnostic::on_unimplemented(
    message = "`{Self}` reacts to no events",
    note = "add `#[recount::handlers] impl {Self}` with an `#[on] fn name(&self, event: &E, meta: &Meta) -> effects`"
)]
pub trait Reacts: Consumer {
    /// The events that are reacted to or applied.
    const NEEDS: &'static [EventName];
    /// What can be sent and which timers can be set, by each reaction.
    const SENDS: &'static [Reaction];

    /// Hands an input to its reaction; `false` if there is none.
    fn react_to(&self, input: &dyn Any, meta: &Meta, out: &mut Vec<Effect>) -> bool;
}

/// One reaction as data.
#[derive(Clone, Copy, Debug)]
pub struct Reaction {
    /// What it answers: an [`Input::Event`], or what [`Answered`] says of a [`Failed`] command or a timer that is [`Due`].
    pub input: Input,
    /// What can come of it.
    pub sends: &'static Tree<Sends>,
}

/// What a reaction answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Input {
    /// An event, by its name.
    Event(EventName),
    /// A command of its own that was refused.
    Failed {
        /// The name of its aggregate.
        aggregate: &'static str,
        /// Its name.
        command: &'static str,
    },
    /// A timer of this name that is due.
    Due(&'static str),
}

/// What a policy or a process hears of its own effects: a [`Failed`] command, a timer that is [`Due`].
pub trait Answered {
    /// As data.
    const INPUT: Input;
}

impl<C: Command> Answered for Failed<C> {
    const INPUT: Input = Input::Failed {
        aggregate: <C::Aggregate as Aggregate>::NAME,
        command: C::NAME,
    };
}

impl<T: Timer> Answered for Due<T> {
    const INPUT: Input = Input::Due(T::NAME);
}

/// Maps events to commands, without a state. Written by `#[derive(Policy)]`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a policy",
    note = "derive it: `#[derive(Policy, Default)] #[policy(name = \"...\", reads(...), start = now)]`"
)]
pub trait Policy: Consumer + Default {
    /// Where it begins when it is started for the first time.
    const START: Start;
}

/// Reacts to events over time, with a state for each instance. Written by `#[derive(Process)]`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a process",
    note = "derive it: `#[derive(Process)] #[process(name = \"...\", id = ..., reads(...), start = now)]`"
)]
pub trait Process: Consumer {
    /// What names an instance.
    type Id: StreamKey;
    /// How many instances may be parked, `max_parked = 10` in the attribute of its derive; with one more it stops (rule 9.9).
    const MAX_PARKED: u32 = 100;
    /// Where it begins when it is started for the first time.
    const START: Start;
}

/// The instances of a process and their state. Written by `#[recount::handlers]` on the block with the `#[apply]` and `#[on]` methods.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no instances",
    note = "say which instance an event belongs to: `#[on(start, key = ...)] fn name(&self, event: &E, meta: &Meta) -> effects`"
)]
pub trait Instances: Process + Reacts {
    /// The instance that an event belongs to; `None` for what is no event of its.
    fn instance(event: &dyn Any, meta: &Meta) -> Option<Instance>;

    /// Applies an event to the state of its instance; nothing happens if it is not applied.
    ///
    /// # Errors
    /// [`FoldError`] for an event that does not fit.
    fn fold(state: &mut Option<Self>, event: &dyn Any) -> Result<(), FoldError>;
}

/// The instance that an event belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Instance {
    /// The text of its id.
    pub key: String,
    /// `#[on(start, ..)]`: an instance may begin here.
    pub starts: bool,
}
